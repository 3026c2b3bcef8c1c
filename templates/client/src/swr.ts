/** SWR 2: data that is fed by the session, and polled only while it is out of reach. */
import { useEffect, useRef } from "react";
import useSWR, { unstable_serialize, type Arguments, type SWRConfiguration, type SWRResponse } from "swr";
import { answer, follow } from "./answer.ts";
import { GRACE } from "./outage.ts";
import { useOfflineInterval as useInterval } from "./react.ts";
import type { Session, State } from "./types.ts";

/** Like the hook of that name for React, but off is 0, as SWR has it: Infinity would poll. */
export function useOfflineInterval(session: Session, ms: number, options?: { readonly grace?: number }): number {
  return useInterval(session, ms, options) || 0;
}

/** SWR's configuration, with `read` and `every` in the place of `refreshInterval`. */
export interface SessionSWROptions<T> extends Omit<SWRConfiguration<T>, "fetcher" | "refreshInterval"> {
  /** The request that the app polled with; only sent while the session is out of reach. */
  readonly fetcher: (signal: AbortSignal) => T | Promise<T>;
  /** The same data, from the session's state. Depends on nothing that isn't in the key. */
  readonly read: (state: State) => T;
  /** Milliseconds between requests while the session is out of reach. */
  readonly every: number;
  /** Milliseconds out of reach before the first; 5,000 unless said. */
  readonly grace?: number;
}

/**
 * `useSWR` for data that the session has too: while it is live, a broadcast is written to the cache
 * and nothing is requested, whatever makes SWR revalidate.
 */
export function useSessionSWR<T>(session: Session, key: Arguments, options: SessionSWROptions<T>): SWRResponse<T> {
  const { fetcher, read, every, grace = GRACE, ...rest } = options;
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  const result = useSWR<T>(key, () => answer(session, { read, ask: fetcher, grace }), {
    ...rest,
    refreshInterval: useOfflineInterval(session, every, { grace }),
  });
  const { mutate } = result;
  useEffect(() => {
    const write = (data: T) => void mutate(data, { revalidate: false });
    return follow(session, (state) => latest.current(state), write);
  }, [session, mutate, unstable_serialize(key)]);
  return result;
}
