/** Changes not yet stored, laid over rows that are. Pure. */
import { isLive, isSame, linksOf, namedKinds, ownersOf } from "./views.ts";
import type { EntityId, LiveRow, Row, Rows } from "./views.ts";

/** A name for an entity that works as a map's key. */
export function nameOf({ kind, key }: EntityId): string {
  return `${kind}/${key}`;
}

/** Sorts entities by kind, then key, by UTF-16 code units. */
export function byKindAndKey(a: EntityId, b: EntityId): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/**
 * Rows with changes on top. Reads go through to the base once, then come from memory: the base
 * must not change any more.
 */
export class Draft implements Rows {
  readonly #base: Rows;
  readonly #read = new Map<string, Row | undefined>();
  readonly #referrers = new Map<string, LiveRow[]>();
  #owners: ReadonlyMap<string, number> | undefined;
  readonly #written = new Map<string, Row>();
  /** By an entity's name: the names of rows written that named it, perhaps no longer. */
  readonly #namers = new Map<string, Set<string>>();

  constructor(base: Rows) {
    this.#base = base;
  }

  get(id: EntityId): Row | undefined {
    const name = nameOf(id);
    const written = this.#written.get(name);
    if (written) return written;
    if (!this.#read.has(name)) this.#read.set(name, this.#base.get(id));
    return this.#read.get(name);
  }

  referrers(id: EntityId): LiveRow[] {
    if (!namedKinds.has(id.kind)) return [];
    const name = nameOf(id);
    const stored = this.#referrers.get(name) ?? this.#base.referrers(id);
    this.#referrers.set(name, stored);
    const kept = stored.filter((row) => !this.#written.has(nameOf(row)));
    const written = [...(this.#namers.get(name) ?? [])]
      .map((namer) => this.#written.get(namer))
      .filter((row) => isLive(row))
      .filter((row) => linksOf(row.kind, row.value).some(({ target }) => isSame(target, id)));
    return [...kept, ...written].sort(byKindAndKey);
  }

  owners(): ReadonlyMap<string, number> {
    this.#owners ??= this.#base.owners();
    const owners = new Map(this.#owners);
    const count = (user: string, by: number): void => {
      const owned = (owners.get(user) ?? 0) + by;
      if (owned > 0) owners.set(user, owned);
      else owners.delete(user);
    };
    for (const row of this.#written.values()) {
      for (const user of ownersOf(row)) count(user, 1);
      for (const user of ownersOf(this.#base.get(row))) count(user, -1);
    }
    return owners;
  }

  /** Puts a row on top of what is there. */
  write(row: Row): void {
    const name = nameOf(row);
    this.#written.set(name, row);
    if (!row.value) return;
    for (const { target } of linksOf(row.kind, row.value)) {
      const namers = this.#namers.get(nameOf(target)) ?? new Set();
      this.#namers.set(nameOf(target), namers.add(name));
    }
  }

  /** The rows on top, in the order of their first write. */
  written(): Row[] {
    return [...this.#written.values()];
  }
}
