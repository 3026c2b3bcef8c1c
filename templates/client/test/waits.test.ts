/** How long to wait, and what a close means: docs/protocol.md's table. */
import { describe, expect, it } from "vitest";
import closes from "../../party/vectors/closes.json";
import { backoff, judgeClose } from "../src/waits.ts";

it("waits a random time up to min(30 s, 0.5 s · 2ⁿ)", () => {
  expect([1, 2, 3, 5, 6, 7, 100].map((attempt) => backoff(attempt, 1))).toEqual([
    1000, 2000, 4000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(backoff(5, 0)).toBe(0);
  expect(backoff(5, 0.25)).toBe(4000);
});

describe("closes.json", () => {
  it.each(closes.cases)("$name", ({ close, error, again, forget }) => {
    const told = error === null ? undefined : { code: error, message: "as the room says" };
    const verdict = judgeClose(close, told);
    expect({ again: verdict.again, forget: verdict.forgets ?? false }).toEqual({ again: again ?? "never", forget });
    if (told && error !== "bad_message") expect(verdict.reason).toEqual(told);
    else expect(["unreachable", "deleted"]).toContain(verdict.reason.code);
  });
});
