/** Publishes that wait in this process's memory. */
import type { Published } from "./answers.js";
import { type Source } from "./lane.js";
/** Publishes of all sessions, each with someone who waits for its end. */
export declare class MemoryQueue {
    #private;
    /** @param most bytes that may wait, over all sessions. */
    constructor(most: number);
    /**
     * Queues a publish; the promise ends with its delivery, or when the signal aborts.
     *
     * @throws {@link QueueFullError}: nothing was queued.
     */
    add(session: string, text: string, signal: AbortSignal | undefined): Promise<Published>;
    /** The publishes of one session. */
    source(session: string): Source;
    /** Whether any publish of this session waits. */
    has(session: string): boolean;
    /** Tells everyone who waits, for this session or all, that it won't be delivered. */
    fail(error: unknown, session?: string): void;
}
