/** What an app's server calls. */
import { errorOf, type Answer, type Published } from "./answers.ts";
import { changesText, checkSession, inPublishes, type Change } from "./changes.ts";
import { Delivery, type OnRefused } from "./delivery.ts";
import { jsonText } from "./encoding.ts";
import {
  KeyRefusedError,
  PublisherError,
  RefusedError,
  StoppedError,
  UnreachableError,
} from "./errors.ts";
import { Lane, type FindWholeRow, type Log, type Means } from "./lane.ts";
import { MemoryQueue } from "./memory.ts";
import type { Outbox } from "./outbox.ts";
import { longest, paceOf, sleep, type Pace } from "./pace.ts";
import { Room, type Fetch } from "./room.ts";

const QUEUE_BYTES = 32 * 1024 * 1024;
const TRIES = 3;

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
export type Kicked = { readonly user: string } | { readonly everyone: true };

/** Tells rooms what was committed. */
export class Publisher {
  readonly #means: Means;
  readonly #outbox: Outbox | undefined;
  readonly #delivery: Delivery | undefined;
  readonly #queue: MemoryQueue;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #epochs = new Map<string, string | null>();
  readonly #closed = new AbortController();

  /**
   * @param url the room's Worker, such as `https://table.example.workers.dev`.
   * @param publishKey its `PUBLISH_KEY`.
   * @throws RangeError: that is no address, or no key.
   */
  constructor(url: string, publishKey: string, options: PublisherOptions = {}) {
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
  async publish(
    session: string,
    changes: readonly Change[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Published> {
    if (this.#closed.signal.aborted) throw new StoppedError("the publisher was closed");
    const end = this.#queue.add(checkSession(session), changesText(changes), signal);
    if (!this.#lanes.has(session)) this.#lanes.set(session, this.#runLane(session));
    return end;
  }

  /**
   * Delivers the outbox until the signal aborts, or `close`; each session's publishes in order.
   *
   * Several processes may run this on one outbox: a session is delivered by one at a time.
   *
   * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
   */
  async run(signal?: AbortSignal): Promise<void> {
    await this.#delivered().run(this.#until(signal));
  }

  /**
   * Tries once to deliver the outbox; gives how many sessions still have publishes waiting.
   *
   * For cron jobs and places where nothing runs between requests.
   *
   * @throws {@link KeyRefusedError}: the room doesn't take the publish key. Nothing is lost.
   */
  async deliver(): Promise<number> {
    return this.#delivered().deliver(this.#closed.signal);
  }

  /** Says that something was committed to the outbox: `run` looks now, not within a second. */
  wake(): void {
    this.#delivery?.wake();
  }

  /**
   * Closes a user's (or everyone's) sockets and refuses their tickets of up to this second.
   *
   * @returns how many sockets were closed.
   * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
   */
  async kick(session: string, who: Kicked): Promise<number> {
    const body = jsonText("user" in who ? { user: who.user } : { all: true });
    const answer = await this.#ask("POST", `${checkSession(session)}/kick`, body);
    return (answer as { closed: number }).closed;
  }

  /**
   * Deletes all that the room has: its rows, and who was kicked; sockets are closed.
   *
   * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it may not have been done.
   */
  async forget(session: string): Promise<void> {
    await this.#ask("DELETE", checkSession(session));
    await this.#remember(session, null);
  }

  /**
   * Looks at the room from inside.
   *
   * @throws {@link UnreachableError}, KeyRefusedError, RefusedError: it can't be seen.
   */
  async health(session: string): Promise<Health> {
    const answer = (await this.#ask("GET", `${checkSession(session)}/health`)) as Health;
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
  async republish(session: string, rows: Iterable<Change>): Promise<void> {
    for (const part of inPublishes(rows)) await this.publish(session, part);
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
  async republishIfNew(
    session: string,
    rows: () => Iterable<Change> | Promise<Iterable<Change>>,
  ): Promise<boolean> {
    const { epoch } = await this.health(session);
    if (epoch === (await this.#remembered(session))) return false;
    await this.republish(session, await rows());
    await this.#remember(session, epoch);
    return true;
  }

  /** Stops. What `publish` still waits for ends with StoppedError; an outbox loses nothing. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#queue.fail(new StoppedError("the publisher was closed"));
    await Promise.all(this.#lanes.values());
  }

  async #runLane(session: string): Promise<void> {
    const { signal } = this.#closed;
    const lane = new Lane(session, this.#queue.source(session), this.#means);
    await undefined; // what is published in the same turn shares a request
    do {
      try {
        await lane.run(signal);
      } catch (error) {
        this.#queue.fail(error, session);
      }
    } while (!signal.aborted && this.#queue.has(session));
    this.#lanes.delete(session);
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
  }

  #delivered(): Delivery {
    if (this.#delivery) return this.#delivery;
    throw new PublisherError("there is no outbox to deliver: give Publisher one");
  }

  async #remembered(session: string): Promise<string | null | undefined> {
    return this.#outbox ? this.#outbox.epoch(session) : this.#epochs.get(session);
  }

  async #remember(session: string, epoch: string | null): Promise<void> {
    if (this.#outbox) await this.#outbox.remember(session, epoch);
    else this.#epochs.set(session, epoch);
  }

  /** Asks up to three times; all that is asked here may be repeated. Gives the answer's body. */
  async #ask(method: string, path: string, body?: string): Promise<unknown> {
    const { room, pace } = this.#means;
    const { signal } = this.#closed;
    for (let failures = 1; ; failures += 1) {
      const answer = await room.ask(method, path, signal, body);
      const reason = unheard(answer);
      if (!reason && "status" in answer) return accepted(answer.status, answer.body);
      if (failures === TRIES || signal.aborted) {
        throw new UnreachableError(`the room did not answer as it should: ${reason}`);
      }
      await sleep(Math.random() * longest(pace, failures), signal);
    }
  }
}

/** Why this is no answer of the room's; "" when it is one. */
function unheard(answer: Answer): string {
  if ("lost" in answer) return answer.lost;
  const { status, body } = answer;
  if ([200, 204, 401, 403].includes(status)) return "";
  return status < 500 && errorOf(body) ? "" : `status ${status}`;
}

function accepted(status: number, body: unknown): unknown {
  const error = errorOf(body);
  if (status === 401 || status === 403) {
    const said = `${status} ${error?.code ?? ""}`.trim();
    throw new KeyRefusedError(`the room refused the publish key (${said})`);
  }
  if (error) throw new RefusedError({ status, code: error.code, message: error.message });
  return body;
}
