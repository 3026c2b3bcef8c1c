import { type QueryClient, type QueryFunctionContext, type QueryKey, type UseQueryOptions, type UseQueryResult } from "@tanstack/react-query";
import { useOfflineInterval } from "./react.js";
import type { Session, State } from "./types.js";
export { useOfflineInterval };
/** A query's options, with `read` and `every` in the place of `refetchInterval`. */
export interface SessionQueryOptions<T, D = T> extends Omit<UseQueryOptions<T, Error, D, QueryKey>, "queryFn" | "refetchInterval"> {
    /** The request that the app polled with; only sent while the session is out of reach. */
    readonly queryFn: (context: QueryFunctionContext) => T | Promise<T>;
    /** The same data, from the session's state. Depends on nothing that isn't in the key. */
    readonly read: (state: State) => T;
    /** Milliseconds between requests while the session is out of reach. */
    readonly every: number;
    /** Milliseconds out of reach before the first; 5,000 unless said. */
    readonly grace?: number;
}
/**
 * `useQuery` for data that the session has too.
 *
 * While the session is live, a broadcast is written to the cache and nothing is requested: not on
 * mount, focus or reconnect, not by `invalidateQueries`, not for another observer of the query.
 */
export declare function useSessionQuery<T, D = T>(session: Session, options: SessionQueryOptions<T, D>): UseQueryResult<D>;
/**
 * Writes what the session tells to a query's data, as long as it is live, in the place of an
 * `invalidateQueries` that would request it all again. Returns what stops it.
 */
export declare function bridgeQuery<T>(client: QueryClient, session: Session, { queryKey, read }: {
    readonly queryKey: QueryKey;
    readonly read: (state: State) => T;
}): () => void;
