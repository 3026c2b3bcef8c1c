/** As commit.py. */
import process from "node:process";
import { put } from "../src/index.ts";
import { opened } from "./databases.ts";

const [dsn, session, first, count] = process.argv.slice(2) as [string, string, string, string];
const database = await opened(dsn);
for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
  await database.save(session, put("note", `n${number}`, 1, { name: `N${number}` }));
}
process.kill(process.pid, "SIGKILL");
