/** Asks the room for what is missing: no faster than it allows, and not for ever. */

/**
 * The room takes five at once, then one every 2 s, and hangs up on more. One is left for those
 * that come closer together than they were sent.
 */
const AT_ONCE = 4;
const REFILL = 2_000;
/** How long nothing may come of it, in ms. */
const PATIENCE = 30_000;

/** What it needs. */
export interface Question {
  /** Sends a `resume`. */
  send(): void;
  /** The view didn't get whole in time. */
  giveUp(): void;
}

/** The questions on one connection. */
export class Asking {
  readonly #question: Question;
  #left = AT_ONCE;
  #countedAt = 0;
  #sending: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(question: Question) {
    this.#question = question;
  }

  /** A new connection: it begins with a hello and what was missed. */
  begin(): void {
    this.stop();
    this.#left = AT_ONCE;
    this.#countedAt = performance.now();
    this.expect();
  }

  /** Asks, as soon as the room allows it. */
  ask(): void {
    if (this.#sending !== undefined) return;
    const now = performance.now();
    this.#left = Math.min(AT_ONCE, this.#left + (now - this.#countedAt) / REFILL);
    this.#countedAt = now;
    this.#left -= 1;
    if (this.#left >= 0) this.#question.send();
    else this.#sending = setTimeout(() => this.#sendLate(), -this.#left * REFILL);
  }

  /** The view isn't whole: something has to come of it, from now on where it got on just now. */
  expect(gotOn = true): void {
    if (!gotOn && this.#deadline !== undefined) return;
    this.answered();
    this.#deadline = setTimeout(() => this.#giveUp(), PATIENCE);
  }

  /** The view is whole. */
  answered(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  stop(): void {
    this.answered();
    clearTimeout(this.#sending);
    this.#sending = undefined;
  }

  #giveUp(): void {
    this.#deadline = undefined;
    this.#question.giveUp();
  }

  #sendLate(): void {
    this.#sending = undefined;
    this.#question.send();
  }
}
