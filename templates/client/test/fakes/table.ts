/** A table to test at: a room, a page, and a clock that a test turns. */
import { vi } from "vitest";
import type { Entity, ViewChange } from "../../src/protocol.ts";
import { Followed } from "../../src/session.ts";
import type { Session, SessionOptions, Status } from "../../src/types.ts";
import { Page } from "./browser.ts";
import { listed } from "./listed.ts";
import { FakeRoom } from "./room.ts";
import { ticketFor } from "./tickets.ts";

/** A note, which is about the smallest thing there is. */
export function note(key: string, name: string): Entity {
  return { kind: "note", key, value: { name } } as Entity;
}

/** Its change. */
export function putNote(key: string, name: string): ViewChange {
  return { op: "put", ...note(key, name) } as ViewChange;
}

/** Turns the clock. */
export function pass(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms);
}

export class Table {
  readonly room = new FakeRoom();
  readonly page = new Page(this.room.network);
  readonly #open: Session[] = [];

  /** Follows the session as ann, a player; options replace that. */
  follow(options: Partial<SessionOptions> = {}, page: Page = this.page): Watched {
    const session = new Followed(
      { host: "room.example", session: "friday", ticket: () => ticketFor(), ...options },
      page,
    );
    this.#open.push(session);
    return new Watched(session);
  }

  /** Ends everything. */
  close(): void {
    for (const session of this.#open) session.close();
  }
}

/** A session with somebody who watches it. */
export class Watched {
  readonly session: Session;
  /** Every status in turn. */
  readonly statuses: Status[];
  /** Every view that was shown. */
  readonly views: Entity[][] = [];

  constructor(session: Session) {
    this.session = session;
    this.statuses = [session.getSnapshot().status];
    session.subscribe(() => {
      const { status, entities } = session.getSnapshot();
      if (status !== this.statuses.at(-1)) this.statuses.push(status);
      this.views.push(listed(entities));
    });
  }

  get status(): Status {
    return this.session.getSnapshot().status;
  }

  get code(): string | undefined {
    return this.session.getSnapshot().reason?.code;
  }

  get view(): Entity[] {
    return listed(this.session.getSnapshot().entities);
  }
}
