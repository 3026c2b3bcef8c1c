import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { describe, expect, it, vi } from "vitest";
import worker from "../src/index.ts";
import { errorBody } from "../src/protocol.ts";
import { authorized, call, freshSession, join, open, publish, put, aScene, ticket } from "./client.ts";

async function isAwake(session: string): Promise<boolean> {
  const id = env.Session.idFromName(session);
  return (await listDurableObjectIds(env.Session)).some((other) => other.equals(id));
}

describe("publish key", () => {
  const routes = [
    ["POST", "/publish"],
    ["GET", "/health"],
    ["DELETE", ""],
  ] as const;
  const headers = {
    "no header": {},
    "a wrong key": { authorization: "Bearer nope" },
    "an empty key": { authorization: "Bearer " },
    "another scheme": { authorization: `Basic ${env.PUBLISH_KEY}` },
    "half the key": { authorization: `Bearer ${env.PUBLISH_KEY.slice(0, 12)}` },
    "the ticket key": { authorization: `Bearer ${env.TICKET_KEY}` },
  };
  const cases = routes.flatMap(([method, tail]) =>
    Object.entries(headers).map(([why, sent]) => [method, tail, why, sent] as const),
  );

  it.each(cases)("%s %s with %s: 401, and the object sleeps on", async (method, tail, _why, sent) => {
    const s = freshSession();
    const body = method === "POST" ? JSON.stringify({ changes: [put("scene", "s", 1, aScene)] }) : null;
    const response = await call(`/parties/session/${s}${tail}`, { method, body, headers: sent });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(errorBody.parse(await response.json()).error.code).toBe("unauthorized");
    expect(await isAwake(s)).toBe(false);
  });

  it("wakes the object with the right key", async () => {
    const s = freshSession();
    expect((await authorized(`/parties/session/${s}/health`)).status).toBe(200);
    expect(await isAwake(s)).toBe(true);
  });

  it.each(["PUBLISH_KEY", "TICKET_KEY"])("lets nobody in while %s is not set", async (name) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const s = freshSession();
    const headers: HeadersInit =
      name === "PUBLISH_KEY" ? { authorization: "Bearer " } : { upgrade: "websocket" };
    const path = name === "PUBLISH_KEY" ? "/health" : "?ticket=a.b.c";
    const request = new Request(`https://room.test/parties/session/${s}${path}`, { headers });
    const incoming = request as Request<unknown, IncomingRequestCfProperties>;
    const response = await worker.fetch(incoming, { ...env, [name]: "" });
    expect(response.status).toBe(500);
    expect(errorBody.parse(await response.json()).error.code).toBe("internal");
    expect(String(logged.mock.calls)).toContain(name);
    logged.mockRestore();
    expect(await isAwake(s)).toBe(false);
  });
});

describe("routes", () => {
  it.each([
    ["GET", "/", 404],
    ["GET", "/parties/session", 404],
    ["GET", "/parties/session/", 404],
    ["GET", "/parties/other/s", 404],
    ["POST", "/parties/session/s/other", 404],
    ["POST", "/parties/session/a.b/publish", 404],
    ["POST", "/parties/session/a%20b/publish", 404],
    ["POST", `/parties/session/${"s".repeat(129)}/publish`, 404],
    ["GET", "/parties/session/s", 426],
    ["POST", "/parties/session/s", 405],
    ["GET", "/parties/session/s/publish", 405],
    ["POST", "/parties/session/s/health", 405],
    ["POST", "/health", 405],
  ])("%s %s: %i", async (method, path, status) => {
    const response = await authorized(path, { method });
    expect(response.status).toBe(status);
    expect(errorBody.parse(await response.json()).error.message).not.toBe("");
  });
});

describe("tickets", () => {
  const now = Math.floor(Date.now() / 1000);
  const encode = (part: object) => btoa(JSON.stringify(part)).replace(/=+$/, "");
  const key = new TextEncoder().encode(env.TICKET_KEY);
  const claims = (sid: string) => ({ aud: "vttsync", sid, role: "gm", sub: "u", iat: now, exp: now + 60 });

  const bad: Record<string, (s: string) => Promise<string> | string> = {
    none: () => "",
    garbage: () => "not-a-ticket",
    expired: (s) => ticket(s, "gm", { exp: now - 40 }),
    forged: (s) => ticket(s, "gm", {}, "another-key-0123456789abcdef01234"),
    "signed with the publish key": (s) => ticket(s, "gm", {}, env.PUBLISH_KEY),
    "for another audience": (s) => ticket(s, "gm", { aud: "other" }),
    "without exp": (s) => ticket(s, "gm", { exp: undefined }),
    "without sub": (s) => ticket(s, "gm", { sub: undefined }),
    "with an unknown role": (s) => ticket(s, "dm"),
    "not yet valid": (s) => ticket(s, "gm", { nbf: now + 90 }),
    "alg none": (s) => `${encode({ alg: "none" })}.${encode(claims(s))}.`,
    "alg HS512": (s) => new SignJWT(claims(s)).setProtectedHeader({ alg: "HS512" }).sign(key),
    "with its payload changed": async (s) => {
      const [head, , signature] = (await ticket(s, "player")).split(".");
      return `${head}.${encode(claims(s))}.${signature}`;
    },
  };

  it.each(Object.entries(bad))("%s: accepted, told, closed with 4401", async (_why, make) => {
    const s = freshSession();
    const client = await open(s, `?ticket=${await make(s)}`);
    expect((await client.closed).code).toBe(4401);
    expect(client.frames).toMatchObject([{ type: "error", code: "bad_ticket" }]);
    expect(await isAwake(s)).toBe(false);
  });

  it("of another session: closed with 4403", async () => {
    const s = freshSession();
    const client = await open(s, `?ticket=${await ticket("other", "gm")}`);
    expect((await client.closed).code).toBe(4403);
    expect(client.frames).toMatchObject([{ type: "error", code: "wrong_session" }]);
    expect(await isAwake(s)).toBe(false);
  });

  it("for a session name that can't exist: closed with 4403", async () => {
    const client = await open("a%20b", `?ticket=${await ticket("a b", "gm")}`);
    expect((await client.closed).code).toBe(4403);
  });

  it("may have expired within the clocks' leeway", async () => {
    const s = freshSession();
    const client = await open(s, `?ticket=${await ticket(s, "player", { exp: now - 10 })}`);
    expect((await client.until(2))[0]).toMatchObject({ type: "hello" });
  });
});

describe("what a client sends is not believed", () => {
  it("neither claims nor props in headers", async () => {
    const s = freshSession();
    const headers = {
      "x-vttsync-role": "gm",
      "x-vttsync-sub": "somebody-else",
      "x-partykit-props": "}not json, not base64{",
      "x-partykit-room": "other",
    };
    const client = await open(s, `?ticket=${await ticket(s, "player")}`, headers);
    expect((await client.until(2))[0]).toMatchObject({ type: "hello", audience: "player" });
  });

  it("nor a connection id", async () => {
    const s = freshSession();
    const query = async () => `?_pk=audience:gm&ticket=${await ticket(s, "player")}`;
    const clients = [await open(s, await query()), await open(s, await query())];
    for (const client of clients) await client.until(2);
    const gm = await join(s, "gm");
    await publish(s, put("scene", "scn", 1, { ...aScene, hidden: true }));
    await publish(s, put("session", "x", 1, { name: "Friday" }));
    for (const client of clients) {
      expect((await client.news()).map(({ kind }) => kind)).toEqual(["session"]);
    }
    expect(await gm.news()).toHaveLength(2);
  });
});
