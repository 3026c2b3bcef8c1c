/** TanStack Query 5: queries that are fed by the session, and polled only while it is out of reach. */
import { useEffect, useRef } from "react";
import {
  hashKey,
  useQuery,
  useQueryClient,
  type QueryClient,
  type QueryFunctionContext,
  type QueryKey,
  type UseQueryOptions,
  type UseQueryResult,
} from "@tanstack/react-query";
import { answer, follow } from "./answer.ts";
import { GRACE } from "./outage.ts";
import { useOfflineInterval } from "./react.ts";
import type { Session, State } from "./types.ts";

export { useOfflineInterval };

/** A query's options, with `read` and `every` in the place of `refetchInterval`. */
export interface SessionQueryOptions<T, D = T>
  extends Omit<UseQueryOptions<T, Error, D, QueryKey>, "queryFn" | "refetchInterval"> {
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
export function useSessionQuery<T, D = T>(
  session: Session,
  options: SessionQueryOptions<T, D>,
): UseQueryResult<D> {
  const { read, every, grace = GRACE, queryFn, ...rest } = options;
  const client = useQueryClient();
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  const hash = (rest.queryKeyHashFn ?? hashKey)(rest.queryKey);
  const isEnabled = rest.enabled !== false;
  useEffect(() => {
    if (!isEnabled) return;
    return bridgeQuery(client, session, { queryKey: rest.queryKey, read: (state) => latest.current(state) });
  }, [client, session, hash, isEnabled]);
  return useQuery({
    ...rest,
    queryFn: (context) => {
      const ask = (signal: AbortSignal) => queryFn({ ...context, signal });
      return answer(session, { read, ask, grace }, context.signal);
    },
    refetchInterval: useOfflineInterval(session, every, { grace }),
  });
}

/**
 * Writes what the session tells to a query's data, as long as it is live, in the place of an
 * `invalidateQueries` that would request it all again. Returns what stops it.
 */
export function bridgeQuery<T>(
  client: QueryClient,
  session: Session,
  { queryKey, read }: { readonly queryKey: QueryKey; readonly read: (state: State) => T },
): () => void {
  return follow(session, read, (data) => client.setQueryData(queryKey, data));
}
