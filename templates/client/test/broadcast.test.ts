/**
 * What the app publishes reaches connected clients and is applied: with the real client and the
 * real room, in the runtime that Cloudflare uses. Needs the room's packages (npm ci in its folder).
 *
 * Yours to extend: publish what your app publishes, and see who is shown what.
 */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connectSession, type Role, type Session, type State } from "../src/index.ts";
import { RealRoom, realTicket } from "./real-room.ts";

const cave = { name: "Cave", width: 4000, height: 3000, grid: { type: "square", size: 100 } };
const hero = { sceneId: "cave", name: "Hero", x: 300, y: 500, width: 1, height: 1, hp: 20, ownerIds: { ann: true } };
const ogre = { sceneId: "cave", name: "Ogre", x: 1300, y: 800, width: 2, height: 2, hp: 59, hidden: true };
const put = (kind: string, key: string, rev: number, value: object) => ({ op: "put", kind, key, rev, value });

let room: RealRoom;
const open: Session[] = [];

beforeAll(async () => {
  room = await RealRoom.start();
});
afterAll(() => room.stop());
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

/** Somebody sits down at the table, and sees it. */
async function sit(session: string, role: Role, user: string): Promise<Session> {
  const seat = connectSession({ host: room.url, session, ticket: () => realTicket(session, role, user) });
  open.push(seat);
  await shown(seat, ({ status }) => status === "live");
  return seat;
}

/** Waits until the session shows what `isThere` looks for. */
function shown(session: Session, isThere: (state: State) => boolean): Promise<State> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isThere(session.getSnapshot())) return;
      unsubscribe();
      resolve(session.getSnapshot());
    };
    const unsubscribe = session.subscribe(look);
    look();
  });
}

it("a change reaches those who are connected, and is applied", async () => {
  await room.publish("move", [put("scene", "cave", 1, cave), put("token", "hero", 1, hero)]);
  const [gm, ann, bob] = [await sit("move", "gm", "mara"), await sit("move", "player", "ann"), await sit("move", "player", "bob")];
  expect(ann.getSnapshot().entities.token.hero).toEqual(hero);

  await room.publish("move", [{ op: "patch", kind: "token", key: "hero", rev: 2, base: 1, value: { x: 400, hp: 12 } }]);

  const moved = ({ entities }: State) => entities.token.hero?.x === 400;
  const [forGm, forAnn, forBob] = await Promise.all([gm, ann, bob].map((session) => shown(session, moved)));
  expect(forGm?.entities.token.hero).toEqual({ ...hero, x: 400, hp: 12 });
  expect(forAnn?.entities.token.hero).toEqual({ ...hero, x: 400, hp: 12 });
  const { hp, ownerIds, ...public_ } = hero;
  expect(forBob?.entities.token.hero).toEqual({ ...public_, x: 400 });
  expect(forBob?.cursor?.seq).toBe(2);
});

it("what is hidden isn't there for players, until it is revealed", async () => {
  await room.publish("hide", [put("scene", "cave", 1, cave), put("token", "ogre", 1, ogre)]);
  const [gm, bob] = [await sit("hide", "gm", "mara"), await sit("hide", "player", "bob")];
  expect(Object.keys(gm.getSnapshot().entities.token)).toEqual(["ogre"]);
  expect(bob.getSnapshot().entities.token).toEqual({});

  const { hidden, ...seen } = ogre;
  await room.publish("hide", [put("token", "ogre", 2, seen)]);
  const { entities } = await shown(bob, (state) => "ogre" in state.entities.token);
  expect(entities.token.ogre).toMatchObject({ name: "Ogre", x: 1300 });

  await room.publish("hide", [put("token", "ogre", 3, ogre)]);
  await shown(bob, (state) => !("ogre" in state.entities.token));
});

it("whose turn it is comes with the round and the order", async () => {
  const combatant = (name: string, initiative: number) => ({ combatId: "fight", name, initiative });
  const fight = { sceneId: "cave", active: true, round: 1, turn: 0, combatantId: "c-ogre" };
  await room.publish("turn", [
    put("scene", "cave", 1, cave),
    put("combat", "fight", 1, fight),
    put("combatant", "c-hero", 1, combatant("Hero", 12)),
    put("combatant", "c-ogre", 1, combatant("Ogre", 15)),
  ]);
  const ann = await sit("turn", "player", "ann");
  await room.publish("turn", [put("combat", "fight", 2, { ...fight, turn: 1, combatantId: "c-hero" })]);
  const { entities } = await shown(ann, (state) => state.entities.combat.fight?.combatantId === "c-hero");
  expect(entities.combat.fight).toMatchObject({ round: 1, order: ["c-ogre", "c-hero"] });
});
