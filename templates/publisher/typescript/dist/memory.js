import { MAX_CHANGES } from "./changes.js";
import { byteLength } from "./encoding.js";
import { QueueFullError, RefusedError } from "./errors.js";
import { waiting } from "./lane.js";
/** Publishes of all sessions, each with someone who waits for its end. */
export class MemoryQueue {
    #most;
    #lines = new Map();
    #size = 0;
    #ids = 0;
    /** @param most bytes that may wait, over all sessions. */
    constructor(most) {
        this.#most = most;
    }
    /**
     * Queues a publish; the promise ends with its delivery, or when the signal aborts.
     *
     * @throws {@link QueueFullError}: nothing was queued.
     */
    add(session, text, signal) {
        signal?.throwIfAborted();
        const size = byteLength(text);
        if (this.#size + size > this.#most) {
            throw new QueueFullError(`${this.#size} bytes of publishes wait for the room, at most ${this.#most} may; ` +
                "this one was not queued");
        }
        this.#size += size;
        return new Promise((resolve, reject) => {
            const publish = {
                ...waiting(this.#ids++, text),
                size,
                resolve: (result) => end(() => resolve(result)),
                reject: (error) => end(() => reject(error)),
                settled: false,
            };
            const give = () => publish.reject(signal?.reason);
            const end = (tell) => {
                if (!publish.settled)
                    tell();
                publish.settled = true;
                signal?.removeEventListener("abort", give);
            };
            signal?.addEventListener("abort", give);
            const line = this.#lines.get(session);
            if (line)
                line.push(publish);
            else
                this.#lines.set(session, [publish]);
        });
    }
    /** The publishes of one session. */
    source(session) {
        return {
            take: async () => this.#first(session),
            stillMine: async () => true,
            done: async (publishes, results) => {
                publishes.forEach((publish, place) => publish.resolve(results[place]));
            },
            setAside: async (publish, refusal) => {
                publish.reject(new RefusedError(refusal));
            },
        };
    }
    /** Whether any publish of this session waits. */
    has(session) {
        return this.#first(session).length > 0;
    }
    /** Tells everyone who waits, for this session or all, that it won't be delivered. */
    fail(error, session) {
        for (const [name, line] of this.#lines) {
            if (session !== undefined && name !== session)
                continue;
            for (const publish of line)
                publish.reject(error);
            this.#first(name);
        }
    }
    /** The first publishes of a session; those that nobody waits for any more are dropped. */
    #first(session) {
        const line = this.#lines.get(session) ?? [];
        const gone = line.filter(({ settled }) => settled);
        for (const { size } of gone)
            this.#size -= size;
        const rest = gone.length > 0 ? line.filter(({ settled }) => !settled) : line;
        if (rest.length > 0)
            this.#lines.set(session, rest);
        else
            this.#lines.delete(session);
        return rest.slice(0, MAX_CHANGES);
    }
}
