/** How long to wait, and what a close means: docs/protocol.md's table. */
import { expect, it } from "vitest";
import { backoff, judgeClose } from "../src/waits.ts";

it("waits a random time up to min(30 s, 0.5 s · 2ⁿ)", () => {
  expect([1, 2, 3, 5, 6, 7, 100].map((attempt) => backoff(attempt, 1))).toEqual([
    1000, 2000, 4000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(backoff(5, 0)).toBe(0);
  expect(backoff(5, 0.25)).toBe(4000);
});

it.each([
  [1006, undefined, "unreachable", 0],
  [1000, undefined, "unreachable", 0],
  [1011, "internal", "internal", 0],
  [1011, undefined, "unreachable", 0],
  [1012, "bad_message", "unreachable", 0],
  [4401, "bad_ticket", "bad_ticket", 0],
  [4401, "revoked", "revoked", 0],
  [4403, "wrong_session", "wrong_session", "never"],
  [4403, "wrong_origin", "wrong_origin", "never"],
  [4404, undefined, "deleted", "never"],
  [4409, "replaced", "replaced", "never"],
  [4413, "too_large", "too_large", 0],
  [4429, "too_fast", "too_fast", 10_000],
  [4429, "full", "full", 30_000],
  [4999, "something_new", "something_new", 0],
])("%i after %s is %s, again after %s", (close, code, reason, again) => {
  const error = code === undefined ? undefined : { code, message: "as the room says" };
  expect(judgeClose(close, error)).toMatchObject({ reason: { code: reason }, again });
});
