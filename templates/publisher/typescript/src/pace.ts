/** How long the publisher waits for what; all in milliseconds. */
export interface Pace {
  /** For one request, from connecting to the end of the answer. */
  readonly timeout: number;
  /** After the first failure, a random time up to this; twice that after the next. */
  readonly firstWait: number;
  /** The most that these grow to. */
  readonly longestWait: number;
  /** How often the outbox is looked at besides `wake`: what other processes added. */
  readonly poll: number;
  /** How long a process that died keeps others from a session; above `timeout`. */
  readonly lease: number;
}

export const PACE: Pace = {
  timeout: 10_000,
  firstWait: 500,
  longestWait: 30_000,
  poll: 1000,
  lease: 20_000,
};

/** Returns the pace with what is said, where something is. @throws RangeError. */
export function paceOf(said: Partial<Pace>): Pace {
  const pace = { ...PACE, ...said };
  if (pace.lease <= pace.timeout) {
    throw new RangeError("lease must be above timeout, or two processes send at once");
  }
  return pace;
}

/** The most to wait after so many failures in a row, from 0. */
export function longest(pace: Pace, failures: number): number {
  return Math.min(pace.longestWait, pace.firstWait * 2 ** failures);
}

/** Waits; ends early when the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
