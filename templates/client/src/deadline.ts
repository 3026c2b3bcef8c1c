/** Work of the app's that may never end, and may ignore that nobody waits for it any more. */

/** It took too long. */
export class Late extends Error {
  override readonly name = "Late";
}

/**
 * Does `work`, for `ms` at most, and no longer than until `signal` is aborted.
 *
 * @throws Late when the time is over; the signal's reason; or what the work throws
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const end = new AbortController();
  const stop = () => end.abort(signal.reason);
  signal.addEventListener("abort", stop);
  const timer = setTimeout(() => end.abort(new Late(`took more than ${ms / 1000} s`)), ms);
  try {
    return await new Promise<T>((resolve, reject) => {
      end.signal.addEventListener("abort", () => reject(end.signal.reason as Error));
      Promise.resolve()
        .then(() => work(end.signal))
        .then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
