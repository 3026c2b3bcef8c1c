/** The deltas of the last publishes, for those who missed them. */
import type { Audience } from "./kinds.ts";
import { LIMITS } from "./limits.ts";
import type { ViewChange } from "./protocol.ts";

/** The deltas of one publish, by audience. */
export type Deltas = ReadonlyMap<Audience, readonly ViewChange[]>;

/** A delta that someone missed. */
export interface Missed {
  readonly seq: number;
  readonly changes: readonly ViewChange[];
}

/** A delta as it is kept: the streams it is in, with its seq there. Null: too big to keep. */
type Kept = readonly [{ readonly [audience: string]: number }, ViewChange[] | null];

/**
 * Keeps a publish's deltas in the place of the oldest ones.
 *
 * @param number the publish's number; there must be no gap between it and the last one.
 * @param seqs where each stream of the deltas stands with them.
 */
export function keepDeltas(
  sql: SqlStorage,
  number: number,
  deltas: Deltas,
  seqs: ReadonlyMap<string, number>,
): void {
  const sharers = new Map<string, Record<string, number>>();
  for (const [audience, changes] of deltas) {
    const text = JSON.stringify(changes);
    sharers.set(text, { ...sharers.get(text), [audience]: seqs.get(audience) ?? 0 });
  }
  const kept = (text: (changes: string) => string) =>
    `[${[...sharers].map(([changes, of]) => `[${JSON.stringify(of)},${text(changes)}]`).join()}]`;
  const whole = kept((changes) => changes);
  // What is too big here is told with a snapshot, which may well be smaller.
  const streams = whole.length <= LIMITS.ringRowBytes ? whole : kept(() => "null");
  const query = "INSERT OR REPLACE INTO ring (slot, number, streams) VALUES (?, ?, ?)";
  sql.exec(query, number % LIMITS.ringRows, number, streams);
}

/**
 * Looks up what a stream told after some seq, in order.
 *
 * @param number the last publish's number.
 * @param seq where the stream stands.
 * @returns undefined when not all of it is known.
 */
export function missedDeltas(
  sql: SqlStorage,
  audience: Audience,
  number: number,
  seq: number,
  after: number,
): Missed[] | undefined {
  if (after > seq) return undefined;
  const missed: Missed[] = [];
  for (let at = number; missed.length < seq - after; at -= 1) {
    const kept = read(sql, at);
    if (!kept) return undefined;
    const own = kept.find(([streams]) => Object.hasOwn(streams, audience));
    if (!own) continue;
    const [streams, changes] = own;
    const expected = seq - missed.length;
    if (changes === null || streams[audience] !== expected) return undefined;
    missed.push({ seq: expected, changes });
  }
  return missed.reverse();
}

function read(sql: SqlStorage, number: number): Kept[] | undefined {
  if (number < 1) return undefined;
  const query = "SELECT streams FROM ring WHERE slot = ? AND number = ?";
  const row = sql.exec<{ streams: string }>(query, number % LIMITS.ringRows, number).toArray()[0];
  return row && (JSON.parse(row.streams) as Kept[]);
}
