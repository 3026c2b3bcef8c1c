/** As deliver.py. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { Publisher } from "../src/index.ts";
import { opened } from "./databases.ts";

const [dsn, url] = process.argv.slice(2) as [string, string];
const [key] = readFileSync(0, "utf8").split("\n") as [string];
const { outbox } = await opened(dsn);
const pace = { timeout: 2000, firstWait: 50, longestWait: 200, poll: 50, lease: 2500 };
await new Publisher(url, key, { outbox, pace }).run();
