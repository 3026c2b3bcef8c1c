/** TanStack Query 5: queries that are fed by the session, and polled only while it is out of reach. */
import { useEffect, useRef } from "react";
import { hashKey, useQuery, useQueryClient, } from "@tanstack/react-query";
import { answer, follow } from "./answer.js";
import { GRACE } from "./outage.js";
import { useOfflineInterval } from "./react.js";
export { useOfflineInterval };
/**
 * `useQuery` for data that the session has too.
 *
 * While the session is live, a broadcast is written to the cache and nothing is requested: not on
 * mount, focus or reconnect, not by `invalidateQueries`, not for another observer of the query.
 */
export function useSessionQuery(session, options) {
    const { read, every, grace = GRACE, queryFn, ...rest } = options;
    const client = useQueryClient();
    const latest = useRef(read);
    useEffect(() => {
        latest.current = read;
    });
    const hash = (rest.queryKeyHashFn ?? hashKey)(rest.queryKey);
    const isEnabled = rest.enabled !== false;
    useEffect(() => {
        if (!isEnabled)
            return;
        return bridgeQuery(client, session, { queryKey: rest.queryKey, read: (state) => latest.current(state) });
    }, [client, session, hash, isEnabled]);
    return useQuery({
        ...rest,
        queryFn: (context) => {
            const ask = (signal) => queryFn({ ...context, signal });
            return answer(session, { read, ask, grace }, context.signal);
        },
        refetchInterval: useOfflineInterval(session, every, { grace }),
    });
}
/**
 * Writes what the session tells to a query's data, as long as it is live, in the place of an
 * `invalidateQueries` that would request it all again. Returns what stops it.
 */
export function bridgeQuery(client, session, { queryKey, read }) {
    return follow(session, read, (data) => client.setQueryData(queryKey, data));
}
