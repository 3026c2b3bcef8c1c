/** What a query library gets instead of its request, while the session is live. */
import { isOffline, watchOffline } from "./outage.ts";
import { isAlike } from "./alike.ts";
import type { Session, State } from "./types.ts";

export interface Question<T> {
  /** What of the session's state is the query's data. */
  readonly read: (state: State) => T;
  /** The app's own request. */
  readonly ask: (signal: AbortSignal) => T | Promise<T>;
  /** Milliseconds out of reach before it asks. */
  readonly grace: number;
}

/**
 * Reads from the session when it is live, asks the app's server when it is out of reach, and waits
 * to see which of the two it is.
 *
 * A request that is under way when the session gets live is aborted: what it would bring is older.
 *
 * @throws What `ask` throws, and `signal`'s reason.
 */
export function answer<T>(session: Session, question: Question<T>, signal?: AbortSignal): Promise<T> {
  const { read, ask, grace } = question;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const request = new AbortController();
  let hasAsked = false;
  const look = () => {
    const state = session.getSnapshot();
    if (state.status === "live") resolve(read(state));
    else if (!hasAsked && (state.status === "closed" || isOffline(session, grace))) {
      hasAsked = true;
      void (async () => ask(request.signal))().then(resolve, reject);
    }
  };
  const cancel = () => reject(signal?.reason);
  const stop = watchOffline(session, grace, look);
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  else look();
  return promise.finally(() => {
    stop();
    signal?.removeEventListener("abort", cancel);
    request.abort();
  });
}

/**
 * While the session is live, gives `write` what `read` makes of it, at once and after each change
 * of that. Returns what stops it.
 */
export function follow<T>(session: Session, read: (state: State) => T, write: (data: T) => void): () => void {
  let told: { readonly data: T } | undefined;
  const look = () => {
    const state = session.getSnapshot();
    if (state.status !== "live") {
      told = undefined;
      return;
    }
    const data = read(state);
    if (told && isAlike(told.data, data)) return;
    told = { data };
    write(data);
  };
  look();
  return session.subscribe(look);
}
