/** The polls of a session. */
import { isEntity } from "./entities.ts";
import { Gate, type Realtime } from "./gate.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Poll, Polled } from "./types.ts";

/** So many failures in a row, and nobody will tell when the app's outbox is empty. */
const HOPELESS = 3;

/** What the polls need of their session. */
export interface Polling {
  readonly around: Surroundings;
  outSince(): number | undefined;
  /** Whether any runs has changed. */
  changed(): void;
  answered(answer: Polled | void): void;
  /** No answer is to be expected. */
  gone(): void;
}

/** Any number of gates. */
export class Gates {
  readonly #polling: Polling;
  readonly #gates = new Set<Gate>();
  #running = 0;
  #failed = 0;

  constructor(polling: Polling) {
    this.#polling = polling;
  }

  /** Whether a poll runs in the room's stead. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  get isEmpty(): boolean {
    return this.#gates.size === 0;
  }

  /** Adds one. Gives back how to take it away. */
  add(fn: Poll, every: number, grace: number | undefined): () => void {
    const { around, outSince } = this.#polling;
    const realtime: Realtime = {
      around,
      outSince,
      running: (isRunning) => this.#count(isRunning),
      answered: (answer) => this.#answered(answer),
      failed: () => this.#fail(),
    };
    const gate = new Gate(realtime, fn, every, grace);
    this.#gates.add(gate);
    gate.update();
    return () => {
      if (!this.#gates.delete(gate)) return;
      gate.stop();
      if (this.isEmpty) this.#polling.gone();
    };
  }

  /** Looks again whether the room is in reach. */
  update(): void {
    for (const gate of this.#gates) gate.update();
  }

  /** Somebody looks again. */
  wake(): void {
    for (const gate of this.#gates) gate.wake();
  }

  #count(isRunning: boolean): void {
    this.#running += isRunning ? 1 : -1;
    this.#polling.changed();
  }

  #answered(answer: unknown): void {
    if (answer !== undefined && !isPolled(answer)) {
      console.error("vttsync: the poll's answer has no list of entities: {entities: [{kind, key, value}]}");
      this.#fail();
      return;
    }
    this.#failed = 0;
    this.#polling.answered(answer);
  }

  #fail(): void {
    this.#failed += 1;
    if (this.#failed === HOPELESS) this.#polling.gone();
  }
}

function isPolled(answer: unknown): answer is Polled {
  const entities: unknown = (answer as Partial<Polled> | null)?.entities;
  return Array.isArray(entities) && entities.every(isEntity);
}
