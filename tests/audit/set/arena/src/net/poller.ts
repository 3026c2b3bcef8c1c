type Task = () => Promise<unknown>;

/** Runs a task again and again, a little apart from other players. */
export class Poller {
  #timer = 0;
  #running = false;

  constructor(
    private readonly task: Task,
    private readonly every: number,
  ) {}

  start(): this {
    if (this.#running) return this;
    this.#running = true;
    this.#schedule(0);
    return this;
  }

  stop() {
    this.#running = false;
    window.clearTimeout(this.#timer);
  }

  #schedule(wait: number) {
    this.#timer = window.setTimeout(async () => { //= none
      try {
        await this.task();
      } finally {
        if (this.#running) this.#schedule(this.every * (0.9 + Math.random() * 0.2));
      }
    }, wait);
  }
}
