export const PACE = {
    timeout: 10_000,
    firstWait: 500,
    longestWait: 30_000,
    poll: 1000,
    lease: 20_000,
};
/** Returns the pace with what is said, where something is. @throws RangeError. */
export function paceOf(said) {
    const pace = { ...PACE, ...said };
    if (pace.lease <= pace.timeout) {
        throw new RangeError("lease must be above timeout, or two processes send at once");
    }
    return pace;
}
/** The most to wait after so many failures in a row, from 0. */
export function longest(pace, failures) {
    return Math.min(pace.longestWait, pace.firstWait * 2 ** failures);
}
/** Waits; ends early when the signal aborts. */
export function sleep(ms, signal) {
    return new Promise((resolve) => {
        if (signal.aborted)
            return resolve();
        const end = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", end);
            resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener("abort", end);
    });
}
