/** What an app's server calls. */
import { errorOf } from "./answers.js";
import { changesText, checkSession, inPublishes } from "./changes.js";
import { Delivery } from "./delivery.js";
import { jsonText } from "./encoding.js";
import { KeyRefusedError, PublisherError, RefusedError, StoppedError, UnreachableError, } from "./errors.js";
import { Lane } from "./lane.js";
import { MemoryQueue } from "./memory.js";
import { longest, paceOf, sleep } from "./pace.js";
import { Room } from "./room.js";
const QUEUE_BYTES = 32 * 1024 * 1024;
const TRIES = 3;
/** Tells rooms what was committed. */
export class Publisher {
    #means;
    #outbox;
    #delivery;
    #queue;
    #lanes = new Map();
    #epochs = new Map();
    #closed = new AbortController();
    /**
     * @param url the room's Worker, such as `https://table.example.workers.dev`.
     * @param publishKey its `PUBLISH_KEY`.
     * @throws RangeError: that is no address, or no key.
     */
    constructor(url, publishKey, options = {}) {
        const { outbox, wholeRow, onRefused, queueBytes = QUEUE_BYTES, log = console } = options;
        const pace = paceOf(options.pace ?? {});
        const room = new Room(url, publishKey, pace.timeout, options.fetch ?? fetch);
        this.#means = { room, pace, log, wholeRow };
        this.#outbox = outbox;
        this.#delivery = outbox && new Delivery(outbox, this.#means, onRefused);
        this.#queue = new MemoryQueue(queueBytes);
    }
    /**
     * Publishes without an outbox; ends when the room has it.
     *
     * Publishes of a session arrive in the order of these calls; sessions don't wait for one
     * another. While the room can't be reached, it waits and tries again, until the signal aborts.
     * What was aborted before it was first tried is never sent; after that, it may yet arrive.
     *
     * @throws {@link RefusedError}: the room won't have it; `expect_mismatch` among other reasons.
     * @throws {@link KeyRefusedError}: the room doesn't take the publish key.
     * @throws QueueFullError: too much waits already; nothing was queued.
     * @throws TooLargeError: more than one publish may have; see `inPublishes`.
     * @throws {@link StoppedError}: the publisher was closed first.
     * @throws TypeError or RangeError: the room could never take this.
     */
    async publish(session, changes, { signal } = {}) {
        if (this.#closed.signal.aborted)
            throw new StoppedError("the publisher was closed");
        const end = this.#queue.add(checkSession(session), changesText(changes), signal);
        if (!this.#lanes.has(session))
            this.#lanes.set(session, this.#runLane(session));
        return end;
    }
    /**
     * Delivers the outbox until the signal aborts, or `close`; each session's publishes in order.
     *
     * Several processes may run this on one outbox: a session is delivered by one at a time.
     *
     * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
     */
    async run(signal) {
        await this.#delivered().run(this.#until(signal));
    }
    /**
     * Tries once to deliver the outbox; gives how many sessions still have publishes waiting.
     *
     * For cron jobs and places where nothing runs between requests.
     *
     * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
     */
    async deliver() {
        return this.#delivered().deliver(this.#closed.signal);
    }
    /** Says that something was committed to the outbox: `run` looks now, not within a second. */
    wake() {
        this.#delivery?.wake();
    }
    /**
     * Closes a user's (or everyone's) sockets and refuses their tickets of up to this second.
     *
     * @returns how many sockets were closed.
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
     */
    async kick(session, who) {
        const body = jsonText("user" in who ? { user: who.user } : { all: true });
        const answer = await this.#ask("POST", `${checkSession(session)}/kick`, body);
        return answer.closed;
    }
    /**
     * Deletes all that the room has: its rows, and who was kicked; sockets are closed.
     *
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
     */
    async forget(session) {
        await this.#ask("DELETE", checkSession(session));
        await this.#remember(session, null);
    }
    /**
     * Looks at the room from inside.
     *
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it can't be seen.
     */
    async health(session) {
        const answer = (await this.#ask("GET", `${checkSession(session)}/health`));
        const { epoch, seq, version, counters = {} } = answer;
        return { epoch, seq, version, counters };
    }
    /**
     * Tells the room every row, in as many publishes as that takes.
     *
     * What it has already does nothing.
     *
     * @throws as {@link publish}.
     */
    async republish(session, rows) {
        for (const part of inPublishes(rows))
            await this.publish(session, part);
    }
    /**
     * Tells the room every row if it is another than the one that was told: it may be empty.
     *
     * A room forgets itself after 30 days without a publish or a client. Call this when somebody
     * asks for a ticket: it costs one request while nothing happened.
     *
     * @param rows gives a put for every row of the session.
     * @returns whether it was told.
     * @throws as {@link health} and {@link publish}.
     */
    async republishIfNew(session, rows) {
        const { epoch } = await this.health(session);
        if (epoch === (await this.#remembered(session)))
            return false;
        await this.republish(session, await rows());
        await this.#remember(session, epoch);
        return true;
    }
    /** Stops. What `publish` still waits for ends with StoppedError; an outbox loses nothing. */
    async close() {
        this.#closed.abort();
        this.#queue.fail(new StoppedError("the publisher was closed"));
        await Promise.all(this.#lanes.values());
    }
    async #runLane(session) {
        const { signal } = this.#closed;
        const lane = new Lane(session, this.#queue.source(session), this.#means);
        await undefined; // what is published in the same turn shares a request
        do {
            try {
                await lane.run(signal);
            }
            catch (error) {
                this.#queue.fail(error, session);
            }
        } while (!signal.aborted && this.#queue.has(session));
        this.#lanes.delete(session);
    }
    #until(signal) {
        return signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    }
    #delivered() {
        if (this.#delivery)
            return this.#delivery;
        throw new PublisherError("there is no outbox to deliver: give Publisher one");
    }
    async #remembered(session) {
        return this.#outbox ? this.#outbox.epoch(session) : this.#epochs.get(session);
    }
    async #remember(session, epoch) {
        if (this.#outbox)
            await this.#outbox.remember(session, epoch);
        else
            this.#epochs.set(session, epoch);
    }
    /** Asks up to three times; all that is asked here may be repeated. Gives the answer's body. */
    async #ask(method, path, body) {
        const { room, pace } = this.#means;
        const { signal } = this.#closed;
        for (let failures = 1;; failures += 1) {
            const answer = await room.ask(method, path, signal, body);
            const reason = unheard(answer);
            if (!reason && "status" in answer)
                return accepted(answer.status, answer.body);
            if (failures === TRIES || signal.aborted) {
                throw new UnreachableError(`the room did not answer as it should: ${reason}`);
            }
            await sleep(Math.random() * longest(pace, failures), signal);
        }
    }
}
/** Why this is no answer of the room's; "" when it is one. */
function unheard(answer) {
    if ("lost" in answer)
        return answer.lost;
    const { status, body } = answer;
    if ([200, 204, 401, 403].includes(status))
        return "";
    return status < 500 && errorOf(body) ? "" : `status ${status}`;
}
function accepted(status, body) {
    const error = errorOf(body);
    if (status === 401 || status === 403) {
        const said = `${status} ${error?.code ?? ""}`.trim();
        throw new KeyRefusedError(`the room refused the publish key (${said})`);
    }
    if (error)
        throw new RefusedError({ status, code: error.code, message: error.message });
    return body;
}
