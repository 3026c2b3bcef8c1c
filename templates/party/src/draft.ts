/** Changes not yet stored, laid over rows that are. Pure. */
import { isLive, linksOf, type EntityId, type LiveRow, type Row, type Rows } from "./views.ts";

/** A name for an entity that works as a map's key. */
export function nameOf({ kind, key }: EntityId): string {
  return `${kind}/${key}`;
}

/** Sorts entities by kind, then key, by UTF-16 code units. */
export function byKindAndKey(a: EntityId, b: EntityId): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Rows with changes on top. Reads go through to the base once, then come from memory. */
export class Draft implements Rows {
  readonly #base: Rows;
  readonly #read = new Map<string, Row | undefined>();
  readonly #written = new Map<string, Row>();

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
    const refersTo = (row: Row): row is LiveRow =>
      isLive(row) &&
      linksOf(row.kind, row.value).some(({ target }) => nameOf(target) === nameOf(id));
    const kept = this.#base.referrers(id).filter((row) => !this.#written.has(nameOf(row)));
    return [...kept, ...[...this.#written.values()].filter(refersTo)].sort(byKindAndKey);
  }

  /** Puts a row on top of what is there. */
  write(row: Row): void {
    this.#written.set(nameOf(row), row);
  }

  /** The rows on top, in the order of their first write. */
  written(): Row[] {
    return [...this.#written.values()];
  }
}
