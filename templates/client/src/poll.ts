/** The app's own poll, kept for when the room is out of reach. */
import type { Poll, Session } from "./types.ts";

/**
 * Runs `fn` every `ms` while the session has been out of reach of its room for `grace` ms (5,000),
 * and stops at once, with the signal aborted, when it is live again. What `fn` answers becomes the
 * session's view; without an answer it keeps its own.
 *
 * A poll never begins before the one before has ended, is given up after 30 s, and waits while
 * the page is hidden or the machine offline.
 *
 * @returns how to take it away
 */
export function pollWhenOffline(
  session: Pick<Session, "pollWhenOffline">,
  fn: Poll,
  ms: number,
  options?: { readonly grace?: number },
): () => void {
  return session.pollWhenOffline(fn, ms, options);
}
