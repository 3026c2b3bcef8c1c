/** What listeners listen to, and the one state they get. */
import { share } from "./merge.ts";
import { NOTHING } from "./entities.ts";
import type { State } from "./types.ts";

/** Listeners, none of whom can spoil it for the others. */
export class Signal {
  readonly #listeners = new Set<{ readonly listener: () => void }>();

  subscribe(listener: () => void): () => void {
    // The same function may listen twice.
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tell(): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        console.error(error);
      }
    }
  }
}

/** The newest state: the same object until something in it changes. */
export class Store {
  readonly #signal = new Signal();
  #state: State = { status: "connecting", entities: NOTHING };

  readonly getSnapshot = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => this.#signal.subscribe(listener);

  /** Shows another state, and tells everyone, if it is another. */
  show(fresh: State): void {
    const old = this.#state;
    const { entities, ...rest } = fresh;
    const { entities: before, ...restBefore } = old;
    const kept = share(restBefore, rest);
    if (kept === restBefore && entities === before) return;
    this.#state = { ...kept, entities };
    this.#signal.tell();
  }
}
