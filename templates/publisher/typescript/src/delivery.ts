/** From the outbox to the rooms: finds sessions that wait, and runs a lane for each. */
import { KeyRefusedError, type Refusal } from "./errors.ts";
import { Lane, type Means, type Source, type Waiting } from "./lane.ts";
import type { Outbox, Refused } from "./outbox.ts";
import { longest, sleep } from "./pace.ts";

/** Told of a publish that was set aside. */
export type OnRefused = (refused: Refused) => void | Promise<void>;

/** Delivers what an outbox holds; several processes may, each session is one's at a time. */
export class Delivery {
  readonly #outbox: Outbox;
  readonly #means: Means;
  readonly #onRefused: OnRefused | undefined;
  readonly #holder = crypto.randomUUID();
  readonly #lanes = new Map<string, Promise<void>>();
  #awake = new AbortController();
  #wakes = 0;

  constructor(outbox: Outbox, means: Means, onRefused: OnRefused | undefined) {
    this.#outbox = outbox;
    this.#means = means;
    this.#onRefused = onRefused;
  }

  /** Look at the outbox now. */
  wake(): void {
    this.#wakes += 1;
    this.#awake.abort();
  }

  /**
   * Delivers until the signal aborts.
   *
   * @throws {@link KeyRefusedError}
   */
  async run(signal: AbortSignal): Promise<void> {
    const { pace, log } = this.#means;
    const own = new AbortController();
    const ended = AbortSignal.any([signal, own.signal]);
    const refused: unknown[] = [];
    let failures = 0;
    while (!ended.aborted) {
      const wakes = this.#wakes;
      let pause = pace.poll;
      try {
        await this.#startLanes(ended, (error) => {
          refused.push(error);
          own.abort();
        });
        failures = 0;
      } catch (error) {
        log.error(`the outbox can't be read: ${String(error)}`);
        pause = longest(pace, failures);
        failures += 1;
      }
      if (wakes === this.#wakes) await this.#sleep(pause, ended);
    }
    await Promise.all(this.#lanes.values());
    if (refused.length > 0) throw refused[0];
  }

  /**
   * Tries once to deliver all that waits; gives how many sessions still have some.
   *
   * @throws {@link KeyRefusedError}
   */
  async deliver(signal: AbortSignal): Promise<number> {
    const sessions = await this.#outbox.sessions();
    await Promise.all(sessions.map((session) => this.#deliver(session, signal, false)));
    return (await this.#outbox.sessions()).length;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#awake = new AbortController();
    await sleep(ms, AbortSignal.any([signal, this.#awake.signal]));
  }

  async #startLanes(signal: AbortSignal, stop: (error: unknown) => void): Promise<void> {
    for (const session of await this.#outbox.sessions()) {
      if (this.#lanes.has(session) || signal.aborted) continue;
      this.#lanes.set(session, this.#keptLane(session, signal, stop));
    }
  }

  async #keptLane(
    session: string,
    signal: AbortSignal,
    stop: (error: unknown) => void,
  ): Promise<void> {
    let held = false;
    try {
      held = await this.#deliver(session, signal, true);
    } catch (error) {
      if (error instanceof KeyRefusedError) stop(error);
      else this.#means.log.error(`${session}: the outbox failed; again soon: ${String(error)}`);
    }
    this.#lanes.delete(session);
    // What was committed while this process held the session may wait unnoticed.
    if (held) this.wake();
  }

  /** Delivers a session's publishes; false when another process has the session. */
  async #deliver(session: string, signal: AbortSignal, patient: boolean): Promise<boolean> {
    const source = new OutboxSource(session, this.#outbox, this.#holder, this.#means, this.#onRefused);
    try {
      await new Lane(session, source, this.#means).run(signal, patient);
    } finally {
      // Also when stopped: whoever comes next needn't wait for the lease to run out.
      if (source.held) await this.#outbox.release(session, this.#holder);
    }
    return source.held;
  }
}

/** One session's part of the outbox, while this process holds it. */
class OutboxSource implements Source {
  held = false;
  readonly #session: string;
  readonly #outbox: Outbox;
  readonly #holder: string;
  readonly #means: Means;
  readonly #onRefused: OnRefused | undefined;

  constructor(
    session: string,
    outbox: Outbox,
    holder: string,
    means: Means,
    onRefused: OnRefused | undefined,
  ) {
    this.#session = session;
    this.#outbox = outbox;
    this.#holder = holder;
    this.#means = means;
    this.#onRefused = onRefused;
  }

  async take(): Promise<readonly Waiting[]> {
    return (await this.stillMine()) ? this.#outbox.first(this.#session) : [];
  }

  async stillMine(): Promise<boolean> {
    const { lease } = this.#means.pace;
    const mine = await this.#outbox.hold(this.#session, this.#holder, lease);
    this.held ||= mine;
    return mine;
  }

  async done(publishes: readonly Waiting[]): Promise<void> {
    await this.#outbox.done(publishes.map(({ id }) => id));
  }

  async setAside({ id, changes }: Waiting, refusal: Refusal): Promise<void> {
    await this.#outbox.setAside(id, refusal);
    try {
      await this.#onRefused?.({ id, session: this.#session, changes, refusal });
    } catch (error) {
      this.#means.log.error(`onRefused failed: ${String(error)}`);
    }
  }
}
