/** Writes protocol.schema.json; with --check, fails when the committed file is stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { protocolSchema } from "./json-schema.ts";

const file = new URL("../protocol.schema.json", import.meta.url);
const fresh = `${JSON.stringify(protocolSchema(), null, 2)}\n`;

const isStale = readFileSync(file, "utf8") !== fresh;

if (isStale && !process.argv.includes("--check")) {
  writeFileSync(file, fresh);
  console.log("wrote protocol.schema.json; the client is made from it: `npm run build` there, too");
} else if (isStale) {
  console.error("protocol.schema.json is stale: run `npm run schema` and commit the result");
  process.exitCode = 1;
}
