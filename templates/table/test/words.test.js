import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, dispositionOf, duration, label, median, monogram, statusWords, tokenWords } from "../page/words.js";

test("letters for tokens of every kind of name", () => {
  assert.deepEqual(
    ["Sir Aldric", "Old Brambleback", "Grub", "the", "", "  ", "🐉 Ember", "<img src=x>", "élan"].map(monogram),
    ["Al", "Br", "Gr", "th", "?", "?", "Em", "im", "él"],
  );
});

test("figures a person can read", () => {
  assert.deepEqual([0, 999, 1000, 14_994, 99_949, 99_950, 999_500].map(bytes), ["0 B", "999 B", "1.0 kB", "15.0 kB", "99.9 kB", "100 kB", "1.0 MB"]);
  assert.deepEqual([undefined, 0, 41.4, 999.4, 1317].map(duration), ["–", "0 ms", "41 ms", "999 ms", "1.3 s"]);
  assert.deepEqual([median([]), median([5]), median([9, 1, 5]), median([4, 1, 2, 3])], [undefined, 5, 5, 2.5]);
});

test("the status says how, and why not", () => {
  assert.equal(statusWords("live", undefined, 2000), "Live");
  assert.equal(statusWords("polling", undefined, 5000), "Polling every 5 s");
  assert.match(statusWords("fallback", { code: "unreachable", message: "x" }, 2000), /every 2 s.*can’t|can't be reached/);
  assert.match(statusWords("closed", { code: "revoked", message: "x" }, 2000), /game master/);
  assert.match(statusWords("closed", { code: "of tomorrow", message: "a new reason" }, 2000), /a new reason/);
  assert.match(statusWords("connecting", undefined, 2000), /Connecting/);
});

test("a token in words", () => {
  const token = { sceneId: "s", name: "Grub", x: 0, y: 0, width: 1, height: 1, disposition: -1, hp: 7, hidden: true };
  assert.equal(tokenWords(token, { column: 3, row: 5 }, true), "Grub, hostile, hidden, 7 hit points, column 3, row 5, its turn");
  assert.equal(dispositionOf({ disposition: 42 }), "neutral");
});

test("a long name has an end on the map", () => {
  assert.equal(label("Old Brambleback"), "Old Brambleback");
  assert.equal(label("🐉".repeat(40)), `${"🐉".repeat(23)}…`);
});
