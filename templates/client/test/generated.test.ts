/** Generated files are committed, so that nobody has to build before the first try. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
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

it("is a small thing to load", () => {
  const bundle = readFileSync(new URL("../dist/vttsync.js", import.meta.url));
  expect(gzipSync(bundle).length).toBeLessThan(12 * 1024);
});
