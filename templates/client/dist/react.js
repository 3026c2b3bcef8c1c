/** React hooks: a session, what a component needs of it, presence, and when to poll. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { isAlike } from "./alike.js";
import { createSession } from "./vttsync.js";
import { GRACE, isOffline, outOfReachSince, watchOffline } from "./outage.js";
/**
 * A session that is open while the component is mounted: use it once, at the top of the table, and
 * hand the session down.
 *
 * Another `host`, `session`, `share`, `poll.every` or `poll.grace` opens another one. The functions
 * may be written in place: the ones of the last render are called.
 */
export function useSession(options) {
    const latest = useRef(options);
    useEffect(() => {
        latest.current = options;
    });
    const { host, session: name, share, poll: { every, grace } = {} } = options;
    const [life, renew] = useState(0);
    const session = useMemo(() => {
        const fn = (signal) => latest.current.poll?.fn(signal) ?? Promise.resolve();
        return createSession({
            host,
            session: name,
            ticket: (signal) => latest.current.ticket(signal),
            ...(share !== undefined && { share }),
            ...(every !== undefined && { poll: { fn, every, ...(grace !== undefined && { grace }) } }),
        });
        // A session that was closed stays so: `life` stands for the next one.
    }, [host, name, share, every, grace, life]);
    useEffect(() => hold(session, () => renew((count) => count + 1)), [session]);
    return session;
}
const closing = new WeakMap();
/** Opens the session; returns what closes it, unless it is held again at once, as StrictMode does. */
function hold(session, renew) {
    clearTimeout(closing.get(session));
    if (session.getSnapshot().status === "closed")
        renew();
    else
        session.open();
    outOfReachSince(session);
    return () => closing.set(session, setTimeout(() => session.close()));
}
/**
 * What `select` makes of the session's state. The component renders again when that changed: for an
 * object or an array, when one of the things in it did.
 */
export function useSessionState(session, select) {
    return useSelected(session, select);
}
function useSelected(store, select) {
    const subscribe = useCallback((listener) => store.subscribe(listener), [store]);
    const last = useRef(undefined);
    const read = useMemo(() => {
        let done;
        return () => {
            const state = store.getSnapshot();
            if (done && Object.is(done.state, state))
                return done.value;
            const before = done ?? last.current;
            const fresh = select(state);
            const value = before && isAlike(before.value, fresh) ? before.value : fresh;
            done = { state, value };
            return value;
        };
    }, [store, select]);
    const value = useSyncExternalStore(subscribe, read, read);
    useEffect(() => {
        last.current = { value };
    }, [value]);
    return value;
}
/** What the others show right now of one kind: cursors don't render what rulers are drawn by. */
export function usePresence(session, kind) {
    const select = useCallback((items) => items.filter((item) => item.kind === kind), [kind]);
    return useSelected(session.presence, select);
}
/**
 * An interval for a query library: `ms` once the session has been out of reach for `grace` ms
 * (5,000 unless said), false as long as it isn't. As a hook it is never out of date: a function
 * that looks at the status is not called again when the status changes.
 */
export function useOfflineInterval(session, ms, { grace = GRACE } = {}) {
    const subscribe = useCallback((listener) => watchOffline(session, grace, listener), [session, grace]);
    const read = () => isOffline(session, grace);
    return useSyncExternalStore(subscribe, read, read) ? ms : false;
}
