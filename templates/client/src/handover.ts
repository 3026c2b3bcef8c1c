/** Which view is shown, the room's or the app's poll's, so that nothing is seen to go backwards. */

/**
 * Why this isn't simply "the room's while it is connected": a poll's answer may know more than
 * the room had told this client when it was on its way. While the app's outbox still holds
 * something (`pending`), the room itself is behind. And what the room has may not have come yet:
 * unless the connection was begun after the answer, the room has to be asked once more.
 */
export class Handover {
  #isLive = false;
  #clock = 0;
  #dialedAt = 0;
  /** The newest answer since the room's view was shown. */
  #polled: { readonly at: number; readonly pending: number } | undefined;
  #asked: "no" | "waiting" | "answered" = "no";

  /** Whether the room's view is shown, and follows the room. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Whether the poll may run, and be listened to. */
  get mayPoll(): boolean {
    return !this.#isLive && this.#asked === "no";
  }

  /** Whether the poll has ended, and the room's answer to the question isn't there yet. */
  get isAsking(): boolean {
    return this.#asked !== "no";
  }

  /** A connection is begun, or one is joined that was begun `before`. */
  dialing(when: "now" | "before"): void {
    this.lost();
    this.#dialedAt = when === "now" ? this.#next() : 0;
  }

  /** There is no connection. */
  lost(): void {
    this.#isLive = false;
    this.#asked = "no";
  }

  /** The poll answered, and what it said is shown. */
  polled(pending: number): void {
    this.#polled = { at: this.#next(), pending };
  }

  /** Nobody is going to tell when the outbox is empty: the room is the best there is. */
  pollGone(): void {
    if (this.#polled) this.#polled = { ...this.#polled, pending: 0 };
  }

  /** A snapshot came. */
  replaced(): void {
    if (this.#asked === "waiting") this.#asked = "answered";
  }

  /**
   * The room's view is as whole as the room said: `ask` for a snapshot, `wait` for what is on its
   * way, or be `live`.
   */
  whole(): "ask" | "wait" | "live" {
    if (this.#polled) {
      if (this.#polled.pending > 0 || this.#asked === "waiting") return "wait";
      if (this.#asked === "no" && this.#polled.at > this.#dialedAt) {
        this.#asked = "waiting";
        return "ask";
      }
    }
    this.#isLive = true;
    this.#asked = "no";
    this.#polled = undefined;
    return "live";
  }

  #next(): number {
    this.#clock += 1;
    return this.#clock;
  }
}
