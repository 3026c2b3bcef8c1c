/** Broadcast to client: this client and the room of `../party`, in real workerd, over real sockets. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Followed } from "../src/session.ts";
import { snapshotPoll } from "../src/snapshot-poll.ts";
import { surroundings } from "../src/surroundings.ts";
import type { Session, SessionOptions, State } from "../src/types.ts";
import { freshSession, RealRoom, realTicket } from "./real-room.ts";

let room: RealRoom;
let session: string;
let sockets: Breakable[];
let open: Session[];

beforeAll(async () => {
  room = await RealRoom.start();
});
afterAll(() => room.stop());
beforeEach(() => {
  session = freshSession();
  sockets = [];
  open = [];
});
afterEach(() => {
  for (const one of open) one.close();
});

/** A socket that a test can break, and listen to. */
class Breakable extends WebSocket {
  readonly texts: string[] = [];

  constructor(url: string) {
    super(url);
    sockets.push(this);
    this.addEventListener("message", ({ data }) => this.texts.push(String(data)));
  }

  /** As a browser tells of a network that is gone; Node would wait for the room's goodbye. */
  break(): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006 }));
  }
}

const scene = {
  op: "put",
  kind: "scene",
  key: "cave",
  rev: 1,
  value: { name: "Cave", width: 4000, height: 3000, grid: { type: "square", size: 100 } },
};
const token = (key: string, rev: number, fields: object = {}) => ({
  op: "put",
  kind: "token",
  key,
  rev,
  value: { sceneId: "cave", name: key, x: 100, y: 200, width: 1, height: 1, ...fields },
});

/** Joins. */
function join(options: Partial<SessionOptions> & { role?: string; sub?: string } = {}): Session {
  const { role, sub, ...others } = options;
  const joined = new Followed(
    { host: room.url, session, ticket: () => realTicket(session, role, sub), ...others },
    { ...surroundings(), WebSocket: Breakable },
  );
  open.push(joined);
  return joined;
}

/** Waits until a session's state is as wanted. */
function until(session: Session, isWanted: (state: State) => boolean): Promise<State> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop();
      reject(new Error(`waited in vain: ${JSON.stringify(session.getSnapshot())}`));
    }, 20_000);
    const look = () => {
      if (!isWanted(session.getSnapshot())) return;
      clearTimeout(late);
      stop();
      resolve(session.getSnapshot());
    };
    const stop = session.subscribe(look);
    look();
  });
}

const isLive = ({ status }: State) => status === "live";

describe("a connected client", () => {
  it("receives a publish and applies it", async () => {
    await room.publish(session, [scene, token("hero", 1)]);
    const ann = join();
    const joined = await until(ann, isLive);
    expect(joined).toMatchObject({ audience: "player", entities: { token: { hero: { x: 100 } } } });
    await room.publish(session, [token("hero", 2, { x: 300 })]);
    const moved = await until(ann, ({ entities }) => entities.token["hero"]?.["x"] === 300);
    expect(moved.cursor?.seq).toBe((joined.cursor?.seq ?? 0) + 1);
    expect(moved.entities.scene).toBe(joined.entities.scene);
  });

  it("is cut, and resumes with what it missed", async () => {
    await room.publish(session, [scene, token("hero", 1)]);
    const ann = join();
    const { entities } = await until(ann, isLive);
    sockets[0]?.break();
    expect(ann.getSnapshot().status).toBe("connecting");
    await room.publish(session, [token("hero", 2, { x: 300 })]);
    const back = await until(ann, isLive);
    expect(back.entities.token["hero"]).toMatchObject({ x: 300 });
    expect(back.entities.scene["cave"]).toBe(entities.scene["cave"]);
    expect(new URL(sockets[1]?.url ?? "").searchParams.get("epoch")).toBe(back.cursor?.epoch);
  });

  it("never hears of what is hidden", async () => {
    await room.publish(session, [scene, token("hero", 1), token("ogre", 1, { hidden: true })]);
    const [gm, player] = [join({ role: "gm", sub: "mara" }), join()];
    expect(Object.keys((await until(gm, isLive)).entities.token).sort()).toEqual(["hero", "ogre"]);
    expect(Object.keys((await until(player, isLive)).entities.token)).toEqual(["hero"]);
    await room.publish(session, [token("ogre", 2, { hidden: true, x: 1 }), token("hero", 2, { x: 2 })]);
    await until(player, (state) => state.entities.token["hero"]?.["x"] === 2);
    await room.publish(session, [token("ogre", 3)]);
    await until(player, (state) => state.entities.token["ogre"] !== undefined);
    const heard = sockets.find(({ texts: [hello] }) => hello?.includes('"audience":"player"'))?.texts ?? [];
    const reveal = heard.findIndex((text) => text.includes('"op":"put"'));
    expect(reveal).toBeGreaterThan(1);
    expect(heard.slice(0, reveal).join()).not.toContain("ogre");
  });

  it("follows into a stream of its own when it comes to own something", async () => {
    await room.publish(session, [scene, token("hero", 1)]);
    const ann = join();
    await until(ann, isLive);
    await room.publish(session, [token("hero", 2, { hp: 7, ownerIds: { ann: true } })]);
    const state = await until(ann, ({ audience, status }) => audience === "user:ann" && status === "live");
    await until(ann, ({ entities }) => entities.token["hero"]?.["hp"] === 7);
    expect(state.reason).toBeUndefined();
  });

  it("goes on when the room has slept, and when it lost its sockets", async () => {
    await room.publish(session, [scene, token("hero", 1)]);
    const ann = join();
    await until(ann, isLive);
    await room.evict(session, "hibernate");
    await room.publish(session, [token("hero", 2, { x: 2 })]);
    await until(ann, ({ entities }) => entities.token["hero"]?.["x"] === 2);
    await room.evict(session, "close");
    await room.publish(session, [token("hero", 3, { x: 3 })]);
    await until(ann, ({ entities, status }) => status === "live" && entities.token["hero"]?.["x"] === 3);
  });

  it("shows where the others point", async () => {
    await room.publish(session, [scene]);
    const [ann, bob] = [join(), join({ sub: "bob" })];
    await Promise.all([until(ann, isLive), until(bob, isLive)]);
    const shown = new Promise<unknown>((resolve) => {
      bob.presence.subscribe(() => resolve(bob.presence.getSnapshot()));
    });
    ann.presence.send("cursor", { sceneId: "cave", x: 1, y: 2 });
    expect(await shown).toMatchObject([{ user: "ann", kind: "cursor", value: { x: 1, y: 2 } }]);
    expect(ann.presence.getSnapshot()).toEqual([]);
  });

  it("takes a view of several megabytes", async () => {
    const text = "x".repeat(100_000);
    for (let index = 0; index < 20; index += 5) {
      const notes = Array.from({ length: 5 }, (_, at) => ({
        op: "put",
        kind: "note",
        key: `n${index + at}`,
        rev: 1,
        value: { name: "long", text },
      }));
      await room.publish(session, notes);
    }
    const ann = join();
    const { entities } = await until(ann, isLive);
    expect(Object.keys(entities.note)).toHaveLength(20);
  });
});

describe("a client that isn't let in", () => {
  it("stops with another session's ticket", async () => {
    const ann = join({ ticket: () => realTicket("another") });
    const { reason } = await until(ann, ({ status }) => status === "closed");
    expect(reason?.code).toBe("wrong_session");
  });

  it("goes on asking with a forged one", async () => {
    let isForged = true;
    const ann = join({ ticket: () => realTicket(session, "player", "ann", isForged ? "forged" : undefined) });
    await until(ann, ({ reason }) => reason?.code === "bad_ticket");
    isForged = false;
    await until(ann, isLive);
  });

  it("is told when it is thrown out", async () => {
    const ann = join();
    await until(ann, isLive);
    await room.kick(session);
    await until(ann, ({ reason }) => reason?.code === "revoked");
  });
});

it("polls the room's snapshot where no websocket gets through, and goes over when one does", async () => {
  await room.publish(session, [scene, token("hero", 1)]);
  let isBlocked = true;
  const Blocked = class extends EventTarget {
    readyState = 0;
    constructor() {
      super();
      queueMicrotask(() => this.dispatchEvent(Object.assign(new Event("close"), { code: 1006 })));
    }
    close(): void {}
  } as unknown as typeof WebSocket;
  const around = surroundings();
  const ticket = () => realTicket(session);
  const ann = new Followed(
    {
      host: room.url,
      session,
      ticket,
      poll: { fn: snapshotPoll({ host: room.url, session, ticket }), every: 100, grace: 100 },
    },
    {
      ...around,
      get WebSocket() {
        return isBlocked ? Blocked : WebSocket;
      },
    },
  );
  open.push(ann);
  await until(ann, ({ status, entities }) => status === "fallback" && "hero" in entities.token);
  await room.publish(session, [token("hero", 2, { x: 300 })]);
  await until(ann, ({ entities }) => entities.token["hero"]?.["x"] === 300);
  isBlocked = false;
  expect((await until(ann, isLive)).entities.token["hero"]).toMatchObject({ x: 300 });
});
