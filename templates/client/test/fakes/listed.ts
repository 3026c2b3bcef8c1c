/** Entities as a snapshot has them. */
import type { Entity } from "../../src/protocol.ts";
import type { Entities } from "../../src/types.ts";

/** All of them, sorted by kind, then key. */
export function listed(entities: Entities): Entity[] {
  const tables = Object.entries(entities) as [string, Record<string, unknown>][];
  return tables
    .flatMap(([kind, table]) => Object.entries(table).map(([key, value]) => ({ kind, key, value }) as Entity))
    .sort((a, b) => (`${a.kind} ${a.key}` < `${b.kind} ${b.key}` ? -1 : 1));
}
