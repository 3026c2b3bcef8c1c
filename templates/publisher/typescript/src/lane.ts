/** One session's publishes on their way to its room: one request after the other, in order. */
import { judge, type Published, type Verdict } from "./answers.ts";
import { changesText, FRAME, MAX_BODY, MAX_CHANGES, put, type Change, type Row } from "./changes.ts";
import { bodyOf, byteLength } from "./encoding.ts";
import { KeyRefusedError, type Refusal } from "./errors.ts";
import { longest, sleep, type Pace } from "./pace.ts";
import type { Room } from "./room.ts";

/** The row as committed, with its rev. */
export interface WholeRow {
  readonly rev: number;
  readonly row: Row;
}

/** Told session, kind and key: the row as committed; undefined when it is gone. */
export type FindWholeRow = (
  session: string,
  kind: string,
  key: string,
) => WholeRow | undefined | Promise<WholeRow | undefined>;

/** Where the publisher says what it can't tell a caller: `console`, or your logger. */
export interface Log {
  warn(message: string): void;
  error(message: string): void;
}

/** A publish that waits. */
export interface Waiting {
  /** By which its source knows it. */
  readonly id: number;
  /** Its changes as a JSON array. */
  readonly text: string;
  /** The same, parsed. */
  readonly changes: readonly Change[];
}

/** Parses what an outbox kept. */
export function waiting(id: number, text: string): Waiting {
  return { id, text, changes: JSON.parse(text) as Change[] };
}

/** Where a session's publishes wait. */
export interface Source {
  /** The first that wait; none when there are none, or when another process sends them. */
  take(): Promise<readonly Waiting[]>;
  /** Whether to go on with what was taken, after a pause. */
  stillMine(): Promise<boolean>;
  /** These were delivered. */
  done(publishes: readonly Waiting[], results: readonly Published[]): Promise<void>;
  /** This was refused. */
  setAside(publish: Waiting, refusal: Refusal): Promise<void>;
}

/** As many of the first publishes as fit into one request; one at least. */
export function firstBatch(publishes: readonly Waiting[], most: number): Waiting[] {
  const batch: Waiting[] = [];
  let changes = 0;
  let size = FRAME;
  for (const publish of publishes.slice(0, most)) {
    changes += publish.changes.length;
    size += byteLength(publish.text) - 1; // its brackets go, a comma comes
    if (batch.length > 0 && (changes > MAX_CHANGES || size - 1 > MAX_BODY)) break;
    batch.push(publish);
  }
  return batch;
}

/** What all lanes of a publisher share. */
export interface Means {
  readonly room: Room;
  readonly pace: Pace;
  readonly log: Log;
  /** Gives the row after `base_mismatch`. */
  readonly wholeRow: FindWholeRow | undefined;
}

/** Delivers a session's publishes. */
export class Lane {
  readonly #session: string;
  readonly #source: Source;
  readonly #means: Means;
  #most = MAX_CHANGES;

  constructor(session: string, source: Source, means: Means) {
    this.#session = session;
    this.#source = source;
    this.#means = means;
  }

  /**
   * Delivers until nothing waits, or the signal aborts.
   *
   * @param patient whether to wait and try again where the room can't be reached.
   * @throws {@link KeyRefusedError}
   */
  async run(signal: AbortSignal, patient = true): Promise<void> {
    while (!signal.aborted) {
      const publishes = await this.#source.take();
      if (publishes.length === 0) return;
      if (!(await this.#deliver(firstBatch(publishes, this.#most), signal, patient))) return;
    }
  }

  /** Sends a batch until it is answered; false to leave the rest for another time. */
  async #deliver(taken: Waiting[], signal: AbortSignal, patient: boolean): Promise<boolean> {
    const { room, pace, wholeRow } = this.#means;
    let batch = taken;
    for (let failures = 0; ; ) {
      const sent = batch.filter(({ changes }) => changes.length > 0);
      if (sent.length === 0) return this.#settle(batch, [], { delivered: [] });
      const answer = await room.publish(this.#session, bodyOf(sent.map(({ text }) => text)), signal);
      if (signal.aborted) return false;
      const mends = wholeRow !== undefined;
      const circumstances = { failures, pace, mends, now: Date.now() };
      let verdict = judge(answer, sent.map(({ changes }) => changes), circumstances);
      if ("mend" in verdict) {
        const { publish, change } = verdict.mend;
        const mended = await this.#mended(batch, sent[publish]!, change);
        if (mended) {
          batch = mended;
          continue;
        }
        const upTo = longest(pace, failures);
        verdict = { wait: { atLeast: 0, upTo }, reason: "no whole row to be had" };
      }
      if (!("wait" in verdict)) return this.#settle(batch, sent, verdict);
      if (!(await this.#pause(verdict, signal, patient))) return false;
      failures += 1;
    }
  }

  async #settle(
    batch: readonly Waiting[],
    sent: readonly Waiting[],
    verdict: Exclude<Verdict, { wait: unknown } | { mend: unknown }>,
  ): Promise<boolean> {
    this.#most = MAX_CHANGES;
    if ("delivered" in verdict) {
      const results = new Map(sent.map(({ id }, place) => [id, verdict.delivered[place]!]));
      // What was mended until nothing remained is done without being sent.
      const nothing: Published = { applied: [], duplicates: [], seq: {} };
      await this.#source.done(batch, batch.map(({ id }) => results.get(id) ?? nothing));
    } else if ("fewer" in verdict) {
      this.#most = verdict.fewer;
    } else if ("setAside" in verdict) {
      await this.#setAside(sent[0]!, verdict.setAside);
    } else {
      throw new KeyRefusedError(
        `the room refused the publish key (${verdict.stop}); give the app server the room's ` +
          "PUBLISH_KEY, then start the publisher again",
      );
    }
    return true;
  }

  async #setAside(publish: Waiting, refusal: Refusal): Promise<void> {
    const { status, code, message } = refusal;
    this.#means.log.error(`${this.#session}: set aside: ${status} ${code}: ${message}`);
    await this.#source.setAside(publish, refusal);
  }

  async #pause(
    { wait, reason }: Extract<Verdict, { wait: unknown }>,
    signal: AbortSignal,
    patient: boolean,
  ): Promise<boolean> {
    const ms = wait.atLeast + Math.random() * wait.upTo;
    const later = patient ? `again in ${(ms / 1000).toFixed(1)} s` : "left for later";
    this.#means.log.warn(`${this.#session}: not delivered (${reason}); ${later}`);
    if (!patient) return false;
    await sleep(ms, signal);
    return !signal.aborted && this.#source.stillMine();
  }

  /** The batch with a whole row in the place of a patch; undefined when there is none yet. */
  async #mended(
    batch: readonly Waiting[],
    publish: Waiting,
    place: number,
  ): Promise<Waiting[] | undefined> {
    const change = publish.changes[place]!;
    let found: WholeRow | undefined;
    try {
      found = await this.#means.wholeRow!(this.#session, change.kind, change.key);
    } catch (error) {
      this.#means.log.error(`${this.#session}: wholeRow failed: ${String(error)}`);
      return undefined;
    }
    if (found && found.rev < change.rev) return undefined; // from before the commit, as replicas do
    try {
      const instead = withRow(publish, place, found);
      return batch.map((it) => (it.id === publish.id ? instead : it));
    } catch (error) {
      const message = `wholeRow gave what can't be put: ${String(error)}`;
      await this.#setAside(publish, { status: 0, code: "bad_row", message, change: place });
      return batch.filter(({ id }) => id !== publish.id);
    }
  }
}

/** A publish with a whole row in the place of a patch, or without it if the row is gone. */
function withRow(publish: Waiting, place: number, found: WholeRow | undefined): Waiting {
  const { kind, key, expect } = publish.changes[place]!;
  // Deleted since: that change waits behind this one.
  const instead = found ? [put(kind, key, found.rev, found.row, expect)] : [];
  const changes = publish.changes.toSpliced(place, 1, ...instead);
  return { ...publish, changes, text: changes.length > 0 ? changesText(changes) : "[]" };
}
