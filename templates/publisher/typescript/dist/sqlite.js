import { NotInTransactionError } from "./errors.js";
import { ADD, added, DISCARD, Outbox, PENDING, prune, REFUSED, refusedOf, RETRY } from "./outbox.js";
const DIALECT = {
    now: "((julianday('now') - 2440587.5) * 86400.0)", // in every version of SQLite
    isAny: "IN (SELECT value FROM json_each(?))",
};
/**
 * An outbox in the app's SQLite database.
 *
 * Methods that take a connection are the app's; they neither begin nor commit anything.
 */
export class SqliteOutbox extends Outbox {
    dialect = DIALECT;
    #database;
    /**
     * @param database the publisher's own connection, with a busy timeout of some seconds: on the
     *   app's, what it does would fall into transactions that the app holds open.
     */
    constructor(database) {
        super();
        this.#database = database;
    }
    /**
     * Adds a publish to the transaction under way: all of its changes go out together.
     *
     * @throws TooLargeError: more than one publish may have; see `inPublishes`.
     * @throws {@link NotInTransactionError}: no transaction is under way.
     * @throws TypeError or RangeError: the room could never take this.
     */
    add(connection, session, changes) {
        if ((connection.isTransaction ?? connection.inTransaction) === false) {
            throw new NotInTransactionError("no transaction is under way on this connection: begin one, change your rows, add, " +
                "then commit");
        }
        connection.prepare(ADD).run(...added(session, changes));
    }
    /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
    pending(connection, session) {
        return Number(rowsOf(connection, PENDING, [session])[0]["n"]);
    }
    /** Every publish that was set aside, oldest first. */
    refused(connection) {
        return rowsOf(connection, REFUSED, []).map(refusedOf);
    }
    /** Puts a publish that was set aside back into its place in the order. */
    retry(connection, id) {
        connection.prepare(RETRY).run(id);
    }
    /** Throws a publish away that was set aside. */
    discard(connection, id) {
        connection.prepare(DISCARD).run(id);
    }
    /** Throws away what was set aside more than so many days ago. */
    prune(connection, days) {
        connection.prepare(prune(DIALECT)).run(days);
    }
    async run(statement, values) {
        return rowsOf(this.#database, statement, values);
    }
}
function rowsOf(database, sql, values) {
    const statement = database.prepare(sql);
    // better-sqlite3 doesn't let one ask for the rows of a statement that has none.
    if (!/^\s*SELECT|RETURNING/.test(sql)) {
        statement.run(...values);
        return [];
    }
    return statement.all(...values);
}
