/** The app's own server as a poll sees it: how often it was asked, and what it answered. */
export class AppServer {
  requests = 0;
  hp = 10;
  /** Requests that were given up. */
  aborted = 0;
  #late: (() => void)[] = [];
  #isSlow = false;

  /** One poll: the hero's hit points. */
  readonly poll = async (signal?: AbortSignal): Promise<number> => {
    this.requests += 1;
    const { hp } = this;
    signal?.addEventListener("abort", () => (this.aborted += 1));
    if (this.#isSlow) await new Promise<void>((resolve) => this.#late.push(resolve));
    return hp;
  };

  /** From now on answers wait, until they are let go. */
  holdAnswers(): void {
    this.#isSlow = true;
  }

  letGo(): void {
    this.#isSlow = false;
    for (const answer of this.#late.splice(0)) answer();
  }

  /** How many requests came since this was last asked. */
  count(): number {
    const { requests } = this;
    this.requests = 0;
    return requests;
  }
}
