/** What an app's server calls. */
import { type Published } from "./answers.js";
import { type Change } from "./changes.js";
import { type OnRefused } from "./delivery.js";
import { type FindWholeRow, type Log } from "./lane.js";
import type { Outbox } from "./outbox.js";
import { type Pace } from "./pace.js";
import { type Fetch } from "./room.js";
/** A room from inside. */
export interface Health {
    /** The room's life: another one after it forgot everything, and after a deploy. */
    readonly epoch: string;
    /** Where each audience's stream stands. */
    readonly seq: Readonly<Record<string, number>>;
    /** The deployed version that the room runs. */
    readonly version: string;
    /** What it counted since it woke. */
    readonly counters: Readonly<Record<string, unknown>>;
}
export interface PublisherOptions {
    /** What `run` and `deliver` deliver. */
    readonly outbox?: Outbox;
    /** Gives the row as committed when the room can't apply a patch; without it, that is refused. */
    readonly wholeRow?: FindWholeRow;
    /** Told of each publish of the outbox that was set aside. */
    readonly onRefused?: OnRefused;
    /** How much of `publish` may wait in memory: 32 MiB by default. */
    readonly queueBytes?: number;
    /** How long to wait for what, in ms. */
    readonly pace?: Partial<Pace>;
    /** `console` by default. */
    readonly log?: Log;
    /** For requests, in the place of the platform's. */
    readonly fetch?: Fetch;
}
/** Who is kicked: one user, or everyone. */
export type Kicked = {
    readonly user: string;
} | {
    readonly everyone: true;
};
/** Tells rooms what was committed. */
export declare class Publisher {
    #private;
    /**
     * @param url the room's Worker, such as `https://table.example.workers.dev`.
     * @param publishKey its `PUBLISH_KEY`.
     * @throws RangeError: that is no address, or no key.
     */
    constructor(url: string, publishKey: string, options?: PublisherOptions);
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
    publish(session: string, changes: readonly Change[], { signal }?: {
        readonly signal?: AbortSignal;
    }): Promise<Published>;
    /**
     * Delivers the outbox until the signal aborts, or `close`; each session's publishes in order.
     *
     * Several processes may run this on one outbox: a session is delivered by one at a time.
     *
     * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
     */
    run(signal?: AbortSignal): Promise<void>;
    /**
     * Tries once to deliver the outbox; gives how many sessions still have publishes waiting.
     *
     * For cron jobs and places where nothing runs between requests.
     *
     * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
     */
    deliver(): Promise<number>;
    /** Says that something was committed to the outbox: `run` looks now, not within a second. */
    wake(): void;
    /**
     * Closes a user's (or everyone's) sockets and refuses their tickets of up to this second.
     *
     * @returns how many sockets were closed.
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
     */
    kick(session: string, who: Kicked): Promise<number>;
    /**
     * Deletes all that the room has: its rows, and who was kicked; sockets are closed.
     *
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
     */
    forget(session: string): Promise<void>;
    /**
     * Looks at the room from inside.
     *
     * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it can't be seen.
     */
    health(session: string): Promise<Health>;
    /**
     * Tells the room every row, in as many publishes as that takes.
     *
     * What it has already does nothing.
     *
     * @throws as {@link publish}.
     */
    republish(session: string, rows: Iterable<Change>): Promise<void>;
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
    republishIfNew(session: string, rows: () => Iterable<Change> | Promise<Iterable<Change>>): Promise<boolean>;
    /** Stops. What `publish` still waits for ends with StoppedError; an outbox loses nothing. */
    close(): Promise<void>;
}
