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
export declare const PACE: Pace;
/** Returns the pace with what is said, where something is. @throws RangeError. */
export declare function paceOf(said: Partial<Pace>): Pace;
/** The most to wait after so many failures in a row, from 0. */
export declare function longest(pace: Pace, failures: number): number;
/** Waits; ends early when the signal aborts. */
export declare function sleep(ms: number, signal: AbortSignal): Promise<void>;
