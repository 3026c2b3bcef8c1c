/** What a room counts while it is awake: its operator's first look when something is slow. */
import type { Counters as Counts } from "./protocol.ts";

/** Counts since the object woke; storing them would cost a row written for each change. */
export type Counters = Omit<Counts, "connections">;

/** Counts that all begin at 0. @param now ms since 1970. */
export function startCounters(now: number): Counters {
  const since = new Date(now).toISOString();
  return { since, publishes: 0, deltas: 0, snapshots: 0, resyncs: 0, refusals: 0, bytes: 0 };
}
