/** The app's own poll, which runs only while the room is out of reach. */
import { within } from "./deadline.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Poll, Polled } from "./types.ts";

/** How long the room may be out of reach before the poll starts, in ms. */
const GRACE = 5_000;
/** How long a poll may take, in ms. */
const PATIENCE = 30_000;
/** Clients lost the room together: they poll apart from each other by so much of the interval. */
const SPREAD = 0.2;

/** What a gate needs of its session. */
export interface Realtime {
  readonly around: Surroundings;
  /** Since when the room is out of reach, as performance.now() has it; undefined while it isn't. */
  outSince(): number | undefined;
  /** The poll starts, or stops. */
  running(isRunning: boolean): void;
  answered(answer: Polled | void): void;
  failed(): void;
}

/** One poll. */
export class Gate {
  readonly #realtime: Realtime;
  readonly #fn: Poll;
  readonly #every: number;
  readonly #grace: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  /** Due, but put off until somebody looks. */
  #isPutOff = false;

  /** @throws RangeError where `every` or `grace` is no time */
  constructor(realtime: Realtime, fn: Poll, every: number, grace = GRACE) {
    if (!(every > 0 && every < Infinity)) throw new RangeError(`poll every ${every} ms: give a time above 0`);
    if (!(grace >= 0 && grace < Infinity)) throw new RangeError(`a grace of ${grace} ms: give 0 or more`);
    this.#realtime = realtime;
    this.#fn = fn;
    this.#every = every;
    this.#grace = grace;
  }

  /** Looks whether the room is in reach. What runs already is left alone while it isn't. */
  update(): void {
    const since = this.#realtime.outSince();
    if (since === undefined) this.stop();
    else if (!this.#running && this.#timer === undefined) {
      const grace = this.#grace + this.#spread(this.#grace);
      this.#timer = setTimeout(() => this.#begin(), Math.max(0, since + grace - performance.now()));
    }
  }

  /** Somebody looks again. */
  wake(): void {
    if (this.#isPutOff && this.#running) void this.#poll(this.#running);
  }

  /** Stops at once; an answer that is on its way will be dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPutOff = false;
    if (!this.#running) return;
    this.#running.abort();
    this.#running = undefined;
    this.#realtime.running(false);
  }

  #begin(): void {
    const running = new AbortController();
    this.#running = running;
    this.#realtime.running(true);
    void this.#poll(running);
  }

  async #poll(running: AbortController): Promise<void> {
    this.#isPutOff = this.#realtime.around.isAway();
    if (this.#isPutOff) return;
    try {
      const answer = await within(PATIENCE, running.signal, this.#fn);
      if (this.#running === running) this.#realtime.answered(answer);
    } catch {
      if (this.#running === running) this.#realtime.failed();
    }
    // The answer may have been what stopped it.
    if (this.#running !== running) return;
    this.#timer = setTimeout(() => void this.#poll(running), this.#every + this.#spread(this.#every));
  }

  #spread(ms: number): number {
    return this.#realtime.around.random() * SPREAD * ms;
  }
}
