/** What npm installs is committed, so that nobody has to build before the first try. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compiled, stale } from "../scripts/build.ts";

test("dist/ is made from src/; if not: npm run build", () => {
  assert.deepEqual(stale(compiled()), []);
});
