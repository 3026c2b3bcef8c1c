/** The outbox in PostgreSQL: `pg`, or anything else with its `query(text, values)`. */
import type { Change } from "./changes.js";
import { Outbox } from "./outbox.js";
import type { Dialect, Found, Refused, Value } from "./outbox.js";
/** What a Client and a Pool of `pg` have in common. */
export interface PostgresClient {
    query(text: string, values: Value[]): Promise<{
        rows: Found[];
    }>;
}
/**
 * An outbox in the app's PostgreSQL database.
 *
 * Methods that take a client are the app's; they neither begin nor commit anything.
 */
export declare class PostgresOutbox extends Outbox {
    #private;
    protected readonly dialect: Dialect;
    /** @param pool for the publisher: a pool, or a client that nobody else uses. */
    constructor(pool: PostgresClient);
    /**
     * Adds a publish to the transaction under way: all of its changes go out together.
     *
     * Change your rows first, and add last: another transaction that adds for the same session
     * waits here until this one has ended.
     *
     * @param client the one that the transaction is on; never the pool, which would take another.
     * @throws TooLargeError: more than one publish may have; see `inPublishes`.
     * @throws TypeError or RangeError: the room could never take this.
     */
    add(client: PostgresClient, session: string, changes: readonly Change[]): Promise<void>;
    /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
    pending(client: PostgresClient, session: string): Promise<number>;
    /** Every publish that was set aside, oldest first. */
    refused(client: PostgresClient): Promise<Refused[]>;
    /** Puts a publish that was set aside back into its place in the order. */
    retry(client: PostgresClient, id: number): Promise<void>;
    /** Throws a publish away that was set aside. */
    discard(client: PostgresClient, id: number): Promise<void>;
    /** Throws away what was set aside more than so many days ago. */
    prune(client: PostgresClient, days: number): Promise<void>;
    protected run(statement: string, values: readonly Value[]): Promise<Found[]>;
}
