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
  /** One answered; so much waits in the app's outbox, as any of them said last. */
  answered(answer: Polled | void, pending: number): void;
  /** Nobody says any more that something waits there. */
  gone(): void;
}

/** What one poll last said; `failed` so often in a row since. */
interface Said {
  pending: number;
  failed: number;
}

/** Any number of gates. */
export class Gates {
  readonly #polling: Polling;
  readonly #gates = new Map<Gate, Said>();
  #running = 0;

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
    const said: Said = { pending: 0, failed: 0 };
    const realtime: Realtime = {
      around,
      outSince,
      running: (isRunning) => this.#count(isRunning),
      answered: (answer) => this.#answered(said, answer),
      failed: () => this.#fail(said),
    };
    const gate = new Gate(realtime, fn, every, grace);
    this.#gates.set(gate, said);
    gate.update();
    return () => {
      if (!this.#gates.delete(gate)) return;
      gate.stop();
      if (this.#pending === 0) this.#polling.gone();
    };
  }

  /** Looks again whether the room is in reach. */
  update(): void {
    for (const gate of this.#gates.keys()) gate.update();
  }

  /** Somebody looks again. */
  wake(): void {
    for (const gate of this.#gates.keys()) gate.wake();
  }

  get #pending(): number {
    return Math.max(0, ...[...this.#gates.values()].map(({ pending }) => pending));
  }

  #count(isRunning: boolean): void {
    this.#running += isRunning ? 1 : -1;
    this.#polling.changed();
  }

  #answered(said: Said, answer: unknown): void {
    if (answer !== undefined && !isPolled(answer)) {
      console.error("vttsync: the poll's answer has no list of entities: {entities: [{kind, key, value}]}");
      this.#fail(said);
      return;
    }
    said.failed = 0;
    said.pending = answer?.pending ?? 0;
    this.#polling.answered(answer, this.#pending);
  }

  #fail(said: Said): void {
    said.failed += 1;
    if (said.failed !== HOPELESS) return;
    said.pending = 0;
    if (this.#pending === 0) this.#polling.gone();
  }
}

function isPolled(answer: unknown): answer is Polled {
  const entities: unknown = (answer as Partial<Polled> | null)?.entities;
  return Array.isArray(entities) && entities.every(isEntity);
}
