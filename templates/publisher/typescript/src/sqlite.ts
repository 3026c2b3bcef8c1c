/** The outbox in SQLite: Node's own node:sqlite, or better-sqlite3. */
import type { Change } from "./changes.ts";
import { NotInTransactionError } from "./errors.ts";
import { ADD, added, DISCARD, Outbox, PENDING, prune, REFUSED, refusedOf, RETRY } from "./outbox.ts";
import type { Dialect, Found, Refused, Value } from "./outbox.ts";

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

const DIALECT: Dialect = {
  now: "((julianday('now') - 2440587.5) * 86400.0)", // in every version of SQLite
  isAny: "IN (SELECT value FROM json_each(?))",
};

/**
 * An outbox in the app's SQLite database.
 *
 * Methods that take a connection are the app's; they neither begin nor commit anything.
 */
export class SqliteOutbox extends Outbox {
  protected readonly dialect = DIALECT;
  readonly #database: SqliteDatabase;

  /**
   * @param database the publisher's own connection, with a busy timeout of some seconds: on the
   *   app's, what it does would fall into transactions that the app holds open.
   */
  constructor(database: SqliteDatabase) {
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
  add(connection: SqliteDatabase, session: string, changes: readonly Change[]): void {
    if ((connection.isTransaction ?? connection.inTransaction) === false) {
      throw new NotInTransactionError(
        "no transaction is under way on this connection: begin one, change your rows, add, " +
          "then commit",
      );
    }
    connection.prepare(ADD).run(...added(session, changes));
  }

  /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
  pending(connection: SqliteDatabase, session: string): number {
    return Number(rowsOf(connection, PENDING, [session])[0]!["n"]);
  }

  /** Every publish that was set aside, oldest first. */
  refused(connection: SqliteDatabase): Refused[] {
    return rowsOf(connection, REFUSED, []).map(refusedOf);
  }

  /** Puts a publish that was set aside back into its place in the order. */
  retry(connection: SqliteDatabase, id: number): void {
    connection.prepare(RETRY).run(id);
  }

  /** Throws a publish away that was set aside. */
  discard(connection: SqliteDatabase, id: number): void {
    connection.prepare(DISCARD).run(id);
  }

  /** Throws away what was set aside more than so many days ago. */
  prune(connection: SqliteDatabase, days: number): void {
    connection.prepare(prune(DIALECT)).run(days);
  }

  protected async run(statement: string, values: readonly Value[]): Promise<Found[]> {
    return rowsOf(this.#database, statement, values);
  }
}

function rowsOf(database: SqliteDatabase, sql: string, values: readonly Value[]): Found[] {
  const statement = database.prepare(sql);
  // better-sqlite3 doesn't let one ask for the rows of a statement that has none.
  if (!/^\s*SELECT|RETURNING/.test(sql)) {
    statement.run(...values);
    return [];
  }
  return statement.all(...values) as Found[];
}
