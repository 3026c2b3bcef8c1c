/** When to connect again, and whether at all: pure. `docs/protocol.md` has the table of closes. */
import type { Reason } from "./types.ts";

const SECOND = 1000;
const LONGEST = 30 * SECOND;

/**
 * Full jitter: a random time up to min(30 s, 0.5 s · 2ⁿ) before the nth attempt in a row, in ms.
 *
 * @param random from 0 up to 1: a deploy closes every socket at once, and they must not come back so.
 */
export function backoff(attempt: number, random: number): number {
  return random * Math.min(LONGEST, (SECOND / 2) * 2 ** attempt);
}

/** What follows from a closed connection. */
export interface Verdict {
  readonly reason: Reason;
  /** Connect again, after at least so many ms on top of backing off; or else never. */
  readonly again: number | "never";
  /** What is shown is gone too. */
  readonly forgets?: true;
  /** The app's poll may go on although the room will not be asked again. */
  readonly polls?: true;
}

/** What a closed connection means, by its close code and the error frame before it. */
export function judgeClose(close: number, error: Reason | undefined): Verdict {
  const told = (code: string, message: string): Reason =>
    error && error.code !== "bad_message" ? { code: error.code, message: error.message } : { code, message };
  switch (close) {
    case 4401:
      return { reason: told("bad_ticket", "the room refused the ticket"), again: 0 };
    case 4403:
      return { reason: told("wrong_session", "the room refused this page or ticket"), again: "never", polls: true };
    case 4404:
      return { reason: { code: "deleted", message: "the session was deleted" }, again: "never", forgets: true };
    case 4409:
      return { reason: told("replaced", "the user connected too often elsewhere"), again: "never" };
    case 4413:
      return { reason: told("too_large", "a message was too large for the room"), again: 0 };
    case 4429: {
      const reason = told("too_fast", "the room had too much to do with this client");
      return { reason, again: (reason.code === "full" ? 30 : 10) * SECOND };
    }
    default:
      return { reason: told("unreachable", "the connection to the room was lost"), again: 0 };
  }
}
