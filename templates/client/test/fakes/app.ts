/** The app's server as the client knows it: a database, an outbox and a polling endpoint. */
import type { Entity, ViewChange } from "../../src/protocol.ts";
import type { Polled } from "../../src/types.ts";
import { apply, type FakeRoom } from "./room.ts";

export class App {
  /** Milliseconds a poll takes. */
  latency = 20;
  /** The endpoint fails. */
  isDown = false;
  /** When each poll was asked for, as performance.now() has it. */
  readonly asked: number[] = [];
  /** How many polls were under way at once, at most. */
  most = 0;
  readonly #room: FakeRoom;
  readonly #rows = new Map<string, Entity>();
  readonly #outbox: ViewChange[][] = [];
  #underWay = 0;

  constructor(room: FakeRoom) {
    this.#room = room;
  }

  /** What is committed, sorted as a snapshot has it. */
  get rows(): Entity[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity);
  }

  /** How many publishes wait. */
  get pending(): number {
    return this.#outbox.length;
  }

  /** Commits; published by {@link deliver}. */
  commit(...changes: ViewChange[]): void {
    for (const change of changes) apply(this.#rows, change);
    this.#outbox.push(changes);
  }

  /** Publishes so many of what waits. */
  deliver(count = Infinity): void {
    for (const changes of this.#outbox.splice(0, count)) this.#room.publish(changes);
  }

  /** The app's own poll. */
  readonly poll = async (): Promise<Polled> => {
    this.asked.push(performance.now());
    this.#underWay += 1;
    this.most = Math.max(this.most, this.#underWay);
    try {
      // The database is read on the way: what comes later isn't in it.
      await new Promise((resolve) => setTimeout(resolve, this.latency / 2));
      const answer = { entities: this.rows, pending: this.pending };
      await new Promise((resolve) => setTimeout(resolve, this.latency / 2));
      if (this.isDown) throw new Error("502");
      return answer;
    } finally {
      this.#underWay -= 1;
    }
  };
}
