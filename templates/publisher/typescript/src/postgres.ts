/** The outbox in PostgreSQL: `pg`, or anything else with its `query(text, values)`. */
import type { Change } from "./changes.ts";
import { ADD, added, DISCARD, Outbox, PENDING, prune, REFUSED, refusedOf, RETRY } from "./outbox.ts";
import type { Dialect, Found, Refused, Value } from "./outbox.ts";

/** What a Client and a Pool of `pg` have in common. */
export interface PostgresClient {
  query(text: string, values: Value[]): Promise<{ rows: Found[] }>;
}

const DIALECT: Dialect = {
  now: "extract(epoch FROM clock_timestamp())::double precision",
  isAny: "IN (SELECT value::bigint FROM json_array_elements_text(?::json) AS value)",
};

/**
 * An outbox in the app's PostgreSQL database.
 *
 * Methods that take a client are the app's; they neither begin nor commit anything.
 */
export class PostgresOutbox extends Outbox {
  protected readonly dialect = DIALECT;
  readonly #pool: PostgresClient;

  /** @param pool for the publisher: a pool, or a client that nobody else uses. */
  constructor(pool: PostgresClient) {
    super();
    this.#pool = pool;
  }

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
  async add(client: PostgresClient, session: string, changes: readonly Change[]): Promise<void> {
    await run(client, ADD, added(session, changes));
  }

  /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
  async pending(client: PostgresClient, session: string): Promise<number> {
    return Number((await run(client, PENDING, [session]))[0]!["n"]);
  }

  /** Every publish that was set aside, oldest first. */
  async refused(client: PostgresClient): Promise<Refused[]> {
    return (await run(client, REFUSED, [])).map(refusedOf);
  }

  /** Puts a publish that was set aside back into its place in the order. */
  async retry(client: PostgresClient, id: number): Promise<void> {
    await run(client, RETRY, [id]);
  }

  /** Throws a publish away that was set aside. */
  async discard(client: PostgresClient, id: number): Promise<void> {
    await run(client, DISCARD, [id]);
  }

  /** Throws away what was set aside more than so many days ago. */
  async prune(client: PostgresClient, days: number): Promise<void> {
    await run(client, prune(DIALECT), [days]);
  }

  protected run(statement: string, values: readonly Value[]): Promise<Found[]> {
    return run(this.#pool, statement, values);
  }
}

async function run(
  client: PostgresClient,
  statement: string,
  values: readonly Value[],
): Promise<Found[]> {
  let number = 0;
  const text = statement.replaceAll("?", () => `$${(number += 1)}`);
  return (await client.query(text, [...values])).rows;
}
