/**
 * Makes the generated files anew: the protocol's types, the bundle and its declarations. With
 * --check, writes nothing and fails when a committed one is stale.
 */
import { distribution } from "./bundle.ts";
import { keep } from "./keep.ts";
import { protocolTypes } from "./protocol.ts";

keep({ "src/protocol.ts": await protocolTypes() });
keep(await distribution());
