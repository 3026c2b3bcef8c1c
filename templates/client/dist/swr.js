/** SWR 2: data that is fed by the session, and polled only while it is out of reach. */
import { useEffect, useRef } from "react";
import useSWR, { unstable_serialize } from "swr";
import { answer, follow } from "./answer.js";
import { GRACE } from "./outage.js";
import { useOfflineInterval as useInterval } from "./react.js";
/** Like the hook of that name for React, but off is 0, as SWR has it: Infinity would poll. */
export function useOfflineInterval(session, ms, options) {
    return useInterval(session, ms, options) || 0;
}
/**
 * `useSWR` for data that the session has too: while it is live, a broadcast is written to the cache
 * and nothing is requested, whatever makes SWR revalidate.
 */
export function useSessionSWR(session, key, options) {
    const { fetcher, read, every, grace = GRACE, ...rest } = options;
    const latest = useRef(read);
    useEffect(() => {
        latest.current = read;
    });
    const result = useSWR(key, () => answer(session, { read, ask: fetcher, grace }), {
        ...rest,
        refreshInterval: useOfflineInterval(session, every, { grace }),
    });
    const { mutate } = result;
    useEffect(() => {
        const write = (data) => void mutate(data, { revalidate: false });
        return follow(session, (state) => latest.current(state), write);
    }, [session, mutate, unstable_serialize(key)]);
    return result;
}
