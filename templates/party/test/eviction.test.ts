/** Random evenings, with the object's memory lost between every two steps. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Role } from "../src/kinds.ts";
import type { ServerFrame } from "../src/protocol.ts";
import { aScene, aToken, authorized, type Client, del, freshSession, join, publish, put, snapshotFor, View } from "./client.ts";

const USERS = ["gm", "ann", "bob", "eve"] as const;
type User = (typeof USERS)[number];
const ROLE_OF: Record<User, Role> = { gm: "gm", ann: "player", bob: "player", eve: "spectator" };

type Step =
  | { readonly do: "scene"; readonly hidden: boolean }
  | { readonly do: "token"; readonly key: string; readonly hidden: boolean; readonly owner: string; readonly x: number }
  | { readonly do: "combatant"; readonly key: string; readonly initiative: number }
  | { readonly do: "remove"; readonly key: string }
  | { readonly do: "leave" | "forget" | "ask"; readonly user: User };

const key = fc.constantFrom("t1", "t2");
const user = fc.constantFrom(...USERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("scene" as const), hidden: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("token" as const),
      key,
      hidden: fc.boolean(),
      owner: fc.constantFrom("", "ann", "bob"),
      x: fc.integer({ min: 0, max: 9 }),
    }),
  },
  fc.record({ do: fc.constant("combatant" as const), key, initiative: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant("remove" as const), key }),
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("leave" as const, "forget" as const, "ask" as const), user }) },
);

/** Someone at the table: reads, loses the connection or a frame, and comes back for the rest. */
class Guest {
  readonly view = new View();
  #client: Client | undefined;
  #read = 0;
  readonly #session: string;
  readonly #user: User;

  constructor(session: string, user: User) {
    this.#session = session;
    this.#user = user;
  }

  async sit(): Promise<void> {
    const { cursor } = this.view;
    const place = cursor.epoch === "" ? {} : { cursor };
    this.#client = await join(this.#session, ROLE_OF[this.#user], { sub: this.#user, ...place });
    this.#read = 0;
  }

  async leave(): Promise<void> {
    await this.read();
    this.#client?.socket.close(1000);
    this.#client = undefined;
  }

  /** Applies what has come; asks when the room says that there is more. */
  async read(): Promise<void> {
    if (!this.#client) await this.sit();
    this.view.apply(await this.#fresh());
    const said = this.#client?.only("hello").at(-1);
    if (said && (said.epoch !== this.view.cursor.epoch || said.seq > this.view.cursor.seq)) await this.#resume();
  }

  /** Throws away what has come, as a network does, and asks for it. */
  async forget(): Promise<void> {
    await this.#fresh();
    await this.#resume();
  }

  async ask(): Promise<void> {
    await this.read();
    await this.#resume();
  }

  async #resume(): Promise<void> {
    if (!this.#client) return this.read();
    const { epoch, seq } = this.view.cursor;
    this.#client?.socket.send(JSON.stringify({ type: "resume", epoch, seq: Math.max(0, seq) }));
    this.view.apply(await this.#fresh());
  }

  async #fresh(): Promise<ServerFrame[]> {
    if (!this.#client) return [];
    await this.#client.settle();
    const fresh = this.#client.frames.slice(this.#read);
    this.#read += fresh.length;
    return fresh;
  }
}

it("loses nothing, repeats nothing and shows nothing that is hidden", { timeout: 60_000 }, async () => {
  const check = async (steps: readonly Step[]): Promise<void> => {
    const session = freshSession();
    const guests = new Map(USERS.map((name) => [name, new Guest(session, name)]));
    await publish(session, put("combat", "c", 1, { sceneId: "scn", active: true, round: 1, turn: 0 }));
    for (const guest of guests.values()) await guest.sit();
    for (const [index, one] of steps.entries()) {
      await act(session, guests, one, index + 2);
      await wake(session);
      await evictDurableObject(env.Session.getByName(session));
    }
    await wake(session);
    for (const [name, guest] of guests) {
      await guest.read();
      const { entities, epoch, seq } = await snapshotFor(session, ROLE_OF[name], name);
      expect({ name, cursor: guest.view.cursor, sees: guest.view.sorted() }).toEqual({
        name,
        cursor: { epoch, seq },
        sees: entities,
      });
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), check), { numRuns: 25 });
});

/** Asks for something that reads no more than it has to. */
async function wake(session: string): Promise<void> {
  await authorized(`/parties/session/${session}/health`).then((answer) => answer.text());
}

async function act(session: string, guests: Map<User, Guest>, one: Step, rev: number): Promise<void> {
  switch (one.do) {
    case "scene":
      await publish(session, put("scene", "scn", rev, { ...aScene, hidden: one.hidden }));
      return;
    case "token": {
      const ownerIds = one.owner ? { ownerIds: { [one.owner]: true } } : {};
      const { hidden, x } = one;
      await publish(session, put("token", one.key, rev, { ...aToken, hidden, x, hp: x, gmNotes: "n", ...ownerIds }));
      return;
    }
    case "combatant": {
      const row = { combatId: "c", tokenId: one.key, name: one.key, initiative: one.initiative };
      await publish(session, put("combatant", `c-${one.key}`, rev, row));
      return;
    }
    case "remove":
      await publish(session, del("token", one.key, rev));
      return;
    default:
      await guests.get(one.user)?.[one.do]();
  }
}
