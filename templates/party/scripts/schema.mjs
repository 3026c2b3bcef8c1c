/** Writes protocol.schema.json; with --check, fails when the committed file is stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { protocolSchema } from "./json-schema.ts";

const file = new URL("../protocol.schema.json", import.meta.url);
const fresh = `${JSON.stringify(protocolSchema(), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(file, fresh);
} else if (readFileSync(file, "utf8") !== fresh) {
  console.error("protocol.schema.json is stale: run `npm run schema` and commit the result");
  process.exitCode = 1;
}
