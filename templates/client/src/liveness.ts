/** Whether the other end of a socket is still there: a socket can look open for hours and be dead. */

const SECOND = 1000;
/** `ping` goes out so often, and has so long for its answer. */
const EVERY = 30 * SECOND;
const PATIENCE = 10 * SECOND;
/** A machine that slept runs its timers late. */
const TICK = 10 * SECOND;
const ASLEEP = 2 * TICK;
/** For the answer, when something says that the connection may be gone: in ms. */
export const HASTE = 3 * SECOND;

/** What it needs of a socket. */
export interface Pulse {
  ping(): void;
  /** No answer came in time. */
  dead(): void;
}

/** Pings, and waits for a sign of life. */
export class Liveness {
  readonly #pulse: Pulse;
  #ticks: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  /** When it is too late for an answer, in ms since 1970. */
  #endsAt = Infinity;

  constructor(pulse: Pulse) {
    this.#pulse = pulse;
  }

  /** Pings at once, then now and again. */
  start(): void {
    // The calendar's clock: the other one stands still while some machines sleep.
    let last = Date.now();
    let due = last + EVERY;
    this.check(PATIENCE);
    this.#ticks = setInterval(() => {
      const now = Date.now();
      const slept = Math.abs(now - last) > ASLEEP;
      last = now;
      if (slept) this.check(HASTE);
      else if (now >= due) this.check(PATIENCE);
      else return;
      due = now + EVERY;
    }, TICK);
  }

  /** Pings; without a sign of life within `ms` the socket counts as dead. */
  check(ms: number): void {
    this.#pulse.ping();
    const endsAt = Date.now() + ms;
    if (endsAt >= this.#endsAt) return;
    clearTimeout(this.#deadline);
    this.#endsAt = endsAt;
    this.#deadline = setTimeout(() => this.#pulse.dead(), ms);
  }

  /** Something came. */
  heard(): void {
    clearTimeout(this.#deadline);
    this.#endsAt = Infinity;
  }

  stop(): void {
    this.heard();
    clearInterval(this.#ticks);
  }
}
