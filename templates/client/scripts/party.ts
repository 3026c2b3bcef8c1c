/** Where the room's package is: the folder that `config.party` of package.json names. */
import { readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { config } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { config: { party: string } };

export const partyFolder = new URL(`${config.party}/`, root);
