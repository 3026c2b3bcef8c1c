/** Generated files are committed, so that nobody has to build before the first try. */
import { expect, it } from "vitest";
import { distribution } from "../scripts/bundle.ts";
import { stale } from "../scripts/keep.ts";
import { protocolTypes } from "../scripts/protocol.ts";

it("src/protocol.ts is what the room's schema says; if not: npm run build", async () => {
  expect(stale({ "src/protocol.ts": await protocolTypes() })).toEqual([]);
});

it("dist/ is made from src/; if not: npm run build", async () => {
  expect(stale(await distribution())).toEqual([]);
});
