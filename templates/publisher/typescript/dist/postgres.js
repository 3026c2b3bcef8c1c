import { ADD, added, DISCARD, Outbox, PENDING, prune, REFUSED, refusedOf, RETRY } from "./outbox.js";
const DIALECT = {
    now: "extract(epoch FROM clock_timestamp())::double precision",
    isAny: "IN (SELECT value::bigint FROM json_array_elements_text(?::json) AS value)",
};
/**
 * An outbox in the app's PostgreSQL database.
 *
 * Methods that take a client are the app's; they neither begin nor commit anything.
 */
export class PostgresOutbox extends Outbox {
    dialect = DIALECT;
    #pool;
    /** @param pool for the publisher: a pool, or a client that nobody else uses. */
    constructor(pool) {
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
    async add(client, session, changes) {
        await run(client, ADD, added(session, changes));
    }
    /** How many publishes of a session wait: what a polling endpoint answers as `pending`. */
    async pending(client, session) {
        return Number((await run(client, PENDING, [session]))[0]["n"]);
    }
    /** Every publish that was set aside, oldest first. */
    async refused(client) {
        return (await run(client, REFUSED, [])).map(refusedOf);
    }
    /** Puts a publish that was set aside back into its place in the order. */
    async retry(client, id) {
        await run(client, RETRY, [id]);
    }
    /** Throws a publish away that was set aside. */
    async discard(client, id) {
        await run(client, DISCARD, [id]);
    }
    /** Throws away what was set aside more than so many days ago. */
    async prune(client, days) {
        await run(client, prune(DIALECT), [days]);
    }
    run(statement, values) {
        return run(this.#pool, statement, values);
    }
}
async function run(client, statement, values) {
    let number = 0;
    const text = statement.replaceAll("?", () => `$${(number += 1)}`);
    return (await client.query(text, [...values])).rows;
}
