/** A room's answers to HTTP requests that the Worker has let through. */
import { claimsOf, hasClaims } from "./claims.ts";
import { digestOf } from "./digest.ts";
import { log } from "./log.ts";
import { kickBody, PROTOCOL, type PublishResult } from "./protocol.ts";
import { planPublish } from "./publish.ts";
import { badRequest, jsonResponse, jsonText, Refusal } from "./refusal.ts";
import { parseJson, parsePublish } from "./request.ts";
import type { Request as Remembered } from "./requests.ts";
import type { Room } from "./room.ts";
import type { Audience } from "./kinds.ts";
import { audiencesOf, userAudience } from "./views.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * Answers a request.
 *
 * @param open gives the room as it is now; it may be forgotten while a body is read.
 * @throws {@link Refusal}
 */
export async function answer(open: () => Room, request: Request): Promise<Response> {
  const tail = new URL(request.url).pathname.split("/").at(-1);
  if (tail === "publish") return publish(open, request);
  if (tail === "kick") return kick(open, request);
  if (tail === "snapshot") return snapshot(open(), request);
  if (tail === "digest") return hasClaims(request) ? digest(open(), request) : digests(open());
  return health(open());
}

function health(room: Room): Response {
  const { version, store } = room;
  const counters = { ...room.counters, connections: room.sockets.size };
  const { epoch } = store;
  return jsonResponse({ protocol: PROTOCOL, version, epoch, seq: seqs(room), counters });
}

async function publish(open: () => Room, request: Request): Promise<Response> {
  const text = await request.text();
  const id = idempotencyKey(request);
  const body = id === undefined ? "" : await fingerprint(text);
  // Everything from here on happens at once: nothing else runs in between.
  const room = open();
  const { store, streams, presence } = room;
  const now = Date.now();
  const known = id === undefined ? undefined : store.request(id, now);
  if (known) return repeated(known, body);
  const plan = planPublish(parsePublish(text).changes, store);
  const seq = { ...seqs(room), ...Object.fromEntries(store.seqAfter(plan)) };
  const ended = plan.moved.filter((user) => store.owners().has(user));
  for (const user of ended) delete seq[userAudience(user)];
  const result: PublishResult = { applied: plan.applied, duplicates: plan.duplicates, seq };
  const answered = JSON.stringify(result);
  streams.publish(plan, now, id === undefined ? undefined : { id, body, answer: answered });
  presence.forgetRows();
  room.counters.publishes += 1;
  return jsonText(answered);
}

function repeated(known: Remembered, body: string): Response {
  if (known.body === body) {
    return jsonText(known.answer, 200, { "idempotency-replayed": "true" });
  }
  const message = "this idempotency key was used for another body";
  throw new Refusal(422, { code: "idempotency_mismatch", message });
}

/** A kick counts for tickets of this very second too: nobody can tell which was first. */
async function kick(open: () => Room, request: Request): Promise<Response> {
  const parsed = kickBody.safeParse(parseJson(await request.text()));
  if (!parsed.success) throw badRequest('the body must be {"user": "<id>"} or {"all": true}');
  const user = "user" in parsed.data ? parsed.data.user : undefined;
  const room = open();
  const { store } = room;
  store.revoke(user, Math.floor(Date.now() / 1000));
  const seats = room.sockets.ofUser(user);
  for (const { socket } of seats) room.end(socket, "revoked", "this ticket was revoked");
  log({ event: "kicked", user: user ?? null, sockets: seats.length }, room.name);
  return jsonResponse({ closed: seats.length });
}

function snapshot(room: Room, request: Request): Response {
  const audience = audienceOf(room, request);
  const { store, streams } = room;
  const tag = `"${store.epochOf(audience)}:${store.seqOf(audience)}"`;
  const headers = { etag: asHeader(tag) };
  if (isKnown(headers.etag, request.headers.get("if-none-match"))) {
    return new Response(null, { status: 304, headers: { ...headers, "cache-control": "no-store" } });
  }
  const { epoch, seq, entities } = streams.view(audience);
  return jsonResponse({ epoch, seq, audience, entities }, 200, headers);
}

async function digest(room: Room, request: Request): Promise<Response> {
  const audience = audienceOf(room, request);
  const { epoch, seq, entities } = room.streams.view(audience);
  return jsonResponse({ epoch, seq, audience, sha256: await digestOf(entities) });
}

/** Every audience's digest. The views are all taken before anything is waited for. */
async function digests(room: Room): Promise<Response> {
  const { store, streams } = room;
  const views = audiencesOf(store).map((audience) => [audience, streams.view(audience)] as const);
  const { epoch } = store;
  const entries = views.map(async ([audience, { seq, entities }]) => {
    return [audience, { seq, sha256: await digestOf(entities) }] as const;
  });
  return jsonResponse({ epoch, digests: Object.fromEntries(await Promise.all(entries)) });
}

function audienceOf(room: Room, request: Request): Audience {
  const { client, issued } = claimsOf(request);
  const { store, streams } = room;
  if (!store.isRevoked(client.sub, issued)) return streams.audienceOf(client);
  throw new Refusal(401, { code: "revoked", message: "this ticket was revoked; ask for a new one" });
}

function seqs(room: Room): Record<string, number> {
  const { store } = room;
  const audiences = audiencesOf(store);
  return Object.fromEntries(audiences.map((audience) => [audience, store.seqOf(audience)]));
}

function idempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key") ?? undefined;
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw badRequest("Idempotency-Key must be 1 to 128 visible ASCII characters");
}

async function fingerprint(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a client has this already. A proxy that compresses makes a tag weak (RFC 9110, 13.1.2). */
function isKnown(tag: string, known: string | null): boolean {
  const tags = (known ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  return tags.includes(tag) || tags.includes("*");
}

/** A user's id may have characters that a header can't carry. */
function asHeader(tag: string): string {
  return encodeURI(tag).replaceAll("%22", '"');
}
