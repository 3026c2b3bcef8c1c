/** What a query library gets instead of its request, while the session is live. */
import { isOffline, watchOffline } from "./outage.js";
import { isAlike } from "./alike.js";
/**
 * Reads from the session when it is live, asks the app's server when it is out of reach, and waits
 * to see which of the two it is.
 *
 * A request that is under way when the session gets live is aborted: what it would bring is older.
 *
 * @throws What `ask` throws, and `signal`'s reason.
 */
export function answer(session, question, signal) {
    const { read, ask, grace } = question;
    const { promise, resolve, reject } = Promise.withResolvers();
    const request = new AbortController();
    let hasAsked = false;
    const look = () => {
        const state = session.getSnapshot();
        if (state.status === "live")
            resolve(read(state));
        else if (!hasAsked && (state.status === "closed" || isOffline(session, grace))) {
            hasAsked = true;
            void (async () => ask(request.signal))().then(resolve, reject);
        }
    };
    const cancel = () => reject(signal?.reason);
    const stop = watchOffline(session, grace, look);
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted)
        cancel();
    else
        look();
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
export function follow(session, read, write) {
    let told;
    const look = () => {
        const state = session.getSnapshot();
        if (state.status !== "live") {
            told = undefined;
            return;
        }
        const data = read(state);
        if (told && isAlike(told.data, data))
            return;
        told = { data };
        write(data);
    };
    look();
    return session.subscribe(look);
}
