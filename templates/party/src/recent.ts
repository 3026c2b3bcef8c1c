/** The rows that were used last, so that a token on the move isn't read again for each step. */
import { nameOf } from "./draft.ts";
import { LIMITS } from "./limits.ts";
import type { EntityId, Row } from "./views.ts";

/** Some rows in memory, as they are stored. The least recently kept one goes first. */
export class Recent {
  readonly #rows = new Map<string, Row>();

  /** The row, if it is here. */
  get(id: EntityId): Row | undefined {
    return this.#rows.get(nameOf(id));
  }

  /** Keeps a row that is stored now, in the place of what was known of it. */
  keep(row: Row): void {
    const name = nameOf(row);
    this.#rows.delete(name);
    this.#rows.set(name, row);
    if (this.#rows.size <= LIMITS.recentRows) return;
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }
}
