import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../src/index.ts";
import { LIMITS } from "../src/limits.ts";
import { digestAnswer, digestsAnswer, errorBody, sessionHealth, snapshotAnswer } from "../src/protocol.ts";
import { aScene, aToken, authorized, call, Client, freshSession, join, open, publish, put, ticket } from "./client.ts";

const kick = (session: string, body: unknown) =>
  authorized(`/parties/session/${session}/kick`, { method: "POST", body: JSON.stringify(body) });
const seconds = () => Math.floor(Date.now() / 1000);

async function sha256Of(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Calls a Worker whose environment differs from the tests' own. */
async function callWith(changes: Partial<Cloudflare.Env>, path: string, headers: HeadersInit = {}) {
  const request = new Request(`https://room.test${path}`, { headers });
  return worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, { ...env, ...changes });
}

describe("rotated keys", () => {
  const changes = { TICKET_KEY: "new-ticket-key", TICKET_KEY_PREVIOUS: env.TICKET_KEY };

  it.each([["the new one", "new-ticket-key"], ["the one before", env.TICKET_KEY]])(
    "take tickets signed with %s",
    async (_which, key) => {
      const s = freshSession();
      const query = `?ticket=${await ticket(s, "gm", {}, key)}`;
      const response = await callWith(changes, `/parties/session/${s}${query}`, { upgrade: "websocket" });
      const client = new Client(response.webSocket as WebSocket);
      expect((await client.until(2))[0]).toMatchObject({ type: "hello", audience: "gm" });
    },
  );

  it.each([
    ["new-publish-key", 200],
    [env.PUBLISH_KEY, 200],
    ["another", 401],
    ["", 401],
  ])("take the publish key %s: %i", async (key, status) => {
    const keys = { PUBLISH_KEY: "new-publish-key", PUBLISH_KEY_PREVIOUS: env.PUBLISH_KEY };
    const path = `/parties/session/${freshSession()}/health`;
    expect((await callWith(keys, path, { authorization: `Bearer ${key}` })).status).toBe(status);
  });
});

describe("origins", () => {
  const allowed = { ALLOWED_ORIGINS: "https://table.example https://dev.example" };
  const ask = async (changes: Partial<Cloudflare.Env>, headers: Record<string, string>) => {
    const s = freshSession();
    const path = `/parties/session/${s}?ticket=${await ticket(s, "player")}`;
    const response = await callWith(changes, path, { ...headers, upgrade: "websocket" });
    const client = new Client(response.webSocket as WebSocket);
    return (await client.until(1))[0];
  };

  it("lets pages in that are listed, and programs, which name none", async () => {
    expect(await ask(allowed, { origin: "https://dev.example" })).toMatchObject({ type: "hello" });
    expect(await ask(allowed, {})).toMatchObject({ type: "hello" });
    expect(await ask({}, { origin: "https://anywhere.example" })).toMatchObject({ type: "hello" });
  });

  it.each(["https://evil.example", "https://table.example.evil.example", "null", "http://table.example"])(
    "keeps %s out",
    async (origin) => {
      expect(await ask(allowed, { origin })).toMatchObject({ type: "error", code: "wrong_origin" });
      const s = freshSession();
      const path = `/parties/session/${s}/snapshot?ticket=${await ticket(s, "player")}`;
      const response = await callWith(allowed, path, { origin });
      expect(response.status).toBe(403);
      expect(errorBody.parse(await response.json()).error.code).toBe("wrong_origin");
    },
  );
});

describe("kick", () => {
  it("ends a user's sockets, and refuses tickets issued until then", async () => {
    const s = freshSession();
    const [ann, bob] = [await join(s, "player", { sub: "ann" }), await join(s, "player", { sub: "bob" })];
    const answer = await kick(s, { user: "ann" });
    expect(await answer.json()).toEqual({ closed: 1 });
    expect((await ann.closed).code).toBe(4401);
    expect(ann.frames.at(-1)).toMatchObject({ type: "error", code: "revoked" });
    const again = await open(s, `?ticket=${await ticket(s, "player", { sub: "ann" })}`);
    expect((await again.closed).code).toBe(4401);
    await publish(s, put("scene", "scn", 1, aScene));
    expect(await bob.news()).toHaveLength(1);
    const later = await ticket(s, "player", { sub: "ann", iat: seconds() + 1 });
    expect((await (await open(s, `?ticket=${later}`)).until(1))[0]).toMatchObject({ type: "hello" });
  });

  it("ends everybody's", async () => {
    const s = freshSession();
    const clients = [await join(s, "gm", { sub: "gm" }), await join(s, "player", { sub: "bob" })];
    expect(await (await kick(s, { all: true })).json()).toEqual({ closed: 2 });
    for (const client of clients) expect((await client.closed).code).toBe(4401);
    const snapshot = await call(`/parties/session/${s}/snapshot?ticket=${await ticket(s, "gm")}`);
    expect(snapshot.status).toBe(401);
    expect(errorBody.parse(await snapshot.json()).error.code).toBe("revoked");
  });

  it.each([{}, { user: "" }, { all: false }, { user: "a", all: true }, [], null])(
    "refuses the body %j",
    async (body) => {
      const response = await kick(freshSession(), body);
      expect(response.status).toBe(400);
      expect(errorBody.parse(await response.json()).error.code).toBe("bad_request");
    },
  );
});

describe("places", () => {
  it("a user has eight; the oldest gives way, and is told so", async () => {
    const s = freshSession();
    const mine = [];
    for (let count = 0; count < LIMITS.userSockets; count += 1) mine.push(await join(s, "player"));
    const another = await join(s, "player", { sub: "other" });
    const ninth = await join(s, "player");
    expect(await mine[0]?.closed).toMatchObject({ code: 4409 });
    expect(mine[0]?.frames.at(-1)).toMatchObject({ type: "error", code: "replaced" });
    await publish(s, put("scene", "scn", 1, aScene));
    for (const client of [...mine.slice(1), another, ninth]) expect(await client.news()).toHaveLength(1);
  });
});

describe("the snapshot over HTTP", () => {
  it("is what a websocket's is, and 304 while it stays so", async () => {
    const s = freshSession();
    await publish(
      s,
      put("scene", "scn", 1, aScene),
      put("token", "t", 1, { ...aToken, gmNotes: "lich", ownerIds: { ann: true } }),
    );
    for (const [role, sub] of [["gm", "g"], ["player", "bob"], ["player", "ann"]] as const) {
      const path = `/parties/session/${s}/snapshot?ticket=${await ticket(s, role, { sub })}`;
      const response = await call(path);
      const body = snapshotAnswer.parse(await response.json());
      const joined = (await join(s, role, { sub })).view();
      expect(body.entities).toEqual(joined.sorted());
      expect({ epoch: body.epoch, seq: body.seq }).toEqual(joined.cursor);
      const etag = response.headers.get("etag") ?? "";
      for (const known of [etag, `W/${etag}`, `"other", W/${etag}`, "*"]) {
        expect((await call(path, { headers: { "if-none-match": known } })).status).toBe(304);
      }
      await publish(s, put("scene", "scn", Date.now() + joined.entities.size, { ...aScene, name: sub }));
      expect((await call(path, { headers: { "if-none-match": etag } })).status).toBe(200);
    }
  });

  it("takes the ticket as a bearer too, and can be read by a page from elsewhere", async () => {
    const s = freshSession();
    const headers = { authorization: `Bearer ${await ticket(s, "player")}`, origin: "https://table.example" };
    const response = await call(`/parties/session/${s}/snapshot`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://table.example");
    expect(response.headers.get("vary")).toContain("origin");
    const asked = await call(`/parties/session/${s}/snapshot`, {
      method: "OPTIONS",
      headers: { origin: "https://table.example", "access-control-request-headers": "if-none-match" },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toContain("if-none-match");
  });

  it.each([
    ["no ticket", "", 401],
    ["a ticket for another session", "other", 403],
  ])("is refused with %s", async (_why, session, status) => {
    const query = session ? `?ticket=${await ticket(session, "gm")}` : "";
    const response = await call(`/parties/session/${freshSession()}/snapshot${query}`);
    expect(response.status).toBe(status);
  });
});

describe("digests", () => {
  it("are the SHA-256 of the canonical JSON of what each audience sees", async () => {
    const s = freshSession();
    await publish(s, put("light", "l", 1, { sceneId: "scn", x: 1e21, y: 0.1, range: 2, color: "é" }));
    await publish(s, put("scene", "scn", 1, aScene), put("token", "t", 1, { ...aToken, hidden: true, ownerIds: { "ann é": true } }));
    const all = digestsAnswer.parse(await (await authorized(`/parties/session/${s}/digest`)).json());
    expect(Object.keys(all.digests)).toEqual(["gm", "player", "spectator", "display", "user:ann é"]);
    expect(all.digests["player"]?.sha256).toBe(all.digests["user:ann é"]?.sha256);
    expect(all.digests["player"]?.sha256).not.toBe(all.digests["gm"]?.sha256);
    const own = await call(`/parties/session/${s}/digest?ticket=${await ticket(s, "player")}`);
    const { sha256, audience } = digestAnswer.parse(await own.json());
    expect({ sha256, audience }).toEqual({ sha256: all.digests["player"]?.sha256, audience: "player" });
    const canonical =
      '[{"key":"l","kind":"light","value":{"color":"é","range":2,"sceneId":"scn","x":1e+21,"y":0.1}},' +
      '{"key":"scn","kind":"scene","value":{"grid":{"size":100,"type":"square"},"height":800,"name":"Cave","width":1000}}]';
    expect(sha256).toBe(await sha256Of(canonical));
  });

  it("are for those who hold a key or a ticket", async () => {
    const path = `/parties/session/${freshSession()}/digest`;
    expect((await call(path)).status).toBe(401);
    expect((await call(path, { headers: { authorization: "Bearer nope" } })).status).toBe(401);
    expect((await call(`${path}?ticket=nope`)).status).toBe(401);
  });
});

describe("counters", () => {
  it("tell what a room has done since it woke", async () => {
    const s = freshSession();
    await join(s, "player");
    await publish(s, put("scene", "scn", 1, aScene));
    const gm = await join(s, "gm", { sub: "gm" });
    gm.socket.send(JSON.stringify({ type: "resume", ...gm.view().cursor }));
    await gm.settle();
    await authorized(`/parties/session/${s}/publish`, { method: "POST", body: "{" });
    const answer = await authorized(`/parties/session/${s}/health`);
    const { counters } = sessionHealth.parse(await answer.json());
    expect(counters).toMatchObject({
      connections: 2,
      publishes: 1,
      deltas: 1,
      snapshots: 2,
      resyncs: 1,
      refusals: 1,
    });
    expect(counters.bytes).toBeGreaterThan(500);
  });
});
