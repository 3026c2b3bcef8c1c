/** For how long a session has been out of reach: what the adapters' polls wait for. */
import type { Session } from "./types.ts";

/** Milliseconds out of reach after which a poll starts, unless the app says otherwise. */
export const GRACE = 5_000;

/** Why a session may be closed although the app's own server would answer: so far only the room won't. */
const REFUSED_BY_THE_ROOM = new Set(["wrong_session", "wrong_origin"]);

/** When a session was last live, or first asked about; in ms of `performance.now()`. */
const since = new WeakMap<Session, number>();

/** Whether a session has been out of reach for `grace` ms, or the room doesn't let this page in. */
export function isOffline(session: Session, grace: number): boolean {
  return timeLeft(session, grace) <= 0;
}

/** Milliseconds until the session counts as out of reach; Infinity where it doesn't. */
function timeLeft(session: Session, grace: number): number {
  const { status, reason } = session.getSnapshot();
  if (status === "fallback") return 0;
  if (status === "closed") return reason && REFUSED_BY_THE_ROOM.has(reason.code) ? 0 : Infinity;
  return status === "connecting" ? outOfReachSince(session) + grace - performance.now() : Infinity;
}

/**
 * When the session was last live, or first asked about: the clock runs from the first question on.
 * No attempt that fails sets it back.
 */
export function outOfReachSince(session: Session): number {
  const known = since.get(session);
  if (known !== undefined) return known;
  const now = performance.now();
  since.set(session, now);
  let wasLive = session.getSnapshot().status === "live";
  session.subscribe(() => {
    const isLive = session.getSnapshot().status === "live";
    if (wasLive && !isLive) since.set(session, performance.now());
    wasLive = isLive;
  });
  return now;
}

/** Calls `listener` when the session changes and when it turns out of reach. Returns what stops it. */
export function watchOffline(session: Session, grace: number, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Timers may fire a little early: it looks again instead of taking the timer's word.
  const arm = () => {
    clearTimeout(timer);
    const left = timeLeft(session, grace);
    if (left > 0 && left < Infinity) timer = setTimeout(changed, Math.ceil(left));
  };
  const changed = () => {
    arm();
    listener();
  };
  const unsubscribe = session.subscribe(changed);
  arm();
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
