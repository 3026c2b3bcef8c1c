/** A limit on how much of something may happen in a while, with some of it at once. */

/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket. It begins full. Times are ms. */
export class Bucket {
  readonly #rate: Rate;
  #level: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#level = rate.burst;
    this.#at = now;
  }

  /** Takes so much if it is there. */
  take(amount: number, now: number): boolean {
    this.#fill(now);
    if (amount > this.#level) return false;
    this.#level -= amount;
    return true;
  }

  /** How long until there is so much, in ms. */
  wait(amount: number, now: number): number {
    this.#fill(now);
    return Math.max(0, ((amount - this.#level) / this.#rate.perSecond) * 1000);
  }

  #fill(now: number): void {
    const more = (Math.max(0, now - this.#at) / 1000) * this.#rate.perSecond;
    this.#level = Math.min(this.#rate.burst, this.#level + more);
    this.#at = now;
  }
}
