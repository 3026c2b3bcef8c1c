import { type Arguments, type SWRConfiguration, type SWRResponse } from "swr";
import type { Session, State } from "./types.js";
/** Like the hook of that name for React, but off is 0, as SWR has it: Infinity would poll. */
export declare function useOfflineInterval(session: Session, ms: number, options?: {
    readonly grace?: number;
}): number;
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
export declare function useSessionSWR<T>(session: Session, key: Arguments, options: SessionSWROptions<T>): SWRResponse<T>;
