/** The outbox in SQLite: Node's own node:sqlite, or better-sqlite3. */
import type { Change } from "./changes.js";
import { Outbox } from "./outbox.js";
import type { Dialect, Found, Refused, Value } from "./outbox.js";
/** What node:sqlite's DatabaseSync and better-sqlite3's Database have in common. */
export interface SqliteDatabase {
    prepare(sql: string): {
        run(...values: Value[]): unknown;
        all(...values: Value[]): unknown[];
    };
    /** Of node:sqlite. */
    readonly isTransaction?: boolean;
    /** Of better-sqlite3. */
    readonly inTransaction?: boolean;
}
/**
 * An outbox in the app's SQLite database.
 *
 * Methods that take a connection are the app's; they neither begin nor commit anything.
 */
export declare class SqliteOutbox extends Outbox {
    #private;
    protected readonly dialect: Dialect;
    /**
     * @param database the publisher's own connection, with a busy timeout of some seconds: on the
     *   app's, what it does would fall into transactions that the app holds open.
     */
    constructor(database: SqliteDatabase);
    /**
     * Adds a publish to the transaction under way: all of its changes go out together.
     *
     * @throws TooLargeError: more than one publish may have; see `inPublishes`.
     * @throws {@link NotInTransactionError}: no transaction is under way.
     * @throws TypeError or RangeError: the room could never take this.
     */
    add(connection: SqliteDatabase, session: string, changes: readonly Change[]): void;
    /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
    pending(connection: SqliteDatabase, session: string): number;
    /** Every publish that was set aside, oldest first. */
    refused(connection: SqliteDatabase): Refused[];
    /** Puts a publish that was set aside back into its place in the order. */
    retry(connection: SqliteDatabase, id: number): void;
    /** Throws a publish away that was set aside. */
    discard(connection: SqliteDatabase, id: number): void;
    /** Throws away what was set aside more than so many days ago. */
    prune(connection: SqliteDatabase, days: number): void;
    protected run(statement: string, values: readonly Value[]): Promise<Found[]>;
}
