/** A room's answers to HTTP requests that the Worker has let through. */
import { claimsOf, hasClaims } from "./claims.ts";
import { digestOf } from "./digest.ts";
import { log } from "./log.ts";
import { kickBody, PROTOCOL, type PublishResult } from "./protocol.ts";
import { planPublish } from "./publish.ts";
import { badRequest, jsonResponse, jsonText, Refusal } from "./refusal.ts";
import { parseJson, parsePublish } from "./request.ts";
import type { Request as Remembered } from "./requests.ts";
import type { Session } from "./session.ts";
import type { Audience } from "./kinds.ts";
import { audiencesOf, userAudience } from "./views.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * Answers a request.
 *
 * @throws {@link Refusal}
 */
export async function answer(session: Session, request: Request): Promise<Response> {
  const tail = new URL(request.url).pathname.split("/").at(-1);
  if (request.method === "DELETE") return forget(session);
  if (tail === "publish") return publish(session, request);
  if (tail === "kick") return kick(session, await request.text());
  if (tail === "snapshot") return snapshot(session, request);
  if (tail === "digest") return hasClaims(request) ? digest(session, request) : digests(session);
  return health(session);
}

async function forget(session: Session): Promise<Response> {
  await session.forget("asked");
  return new Response(null, { status: 204 });
}

function health(session: Session): Response {
  const { version } = session;
  const { epoch } = session.open().store;
  const counters = { ...session.counters, connections: session.sockets.size };
  return jsonResponse({ protocol: PROTOCOL, version, epoch, seq: seqs(session), counters });
}

async function publish(session: Session, request: Request): Promise<Response> {
  const text = await request.text();
  const id = idempotencyKey(request);
  const body = id === undefined ? "" : await fingerprint(text);
  // Everything from here on happens at once: nothing else runs in between.
  const { store, streams, presence } = session.open();
  const now = Date.now();
  const known = id === undefined ? undefined : store.request(id, now);
  if (known) return repeated(known, body);
  const plan = planPublish(parsePublish(text).changes, store);
  const seq = { ...seqs(session), ...Object.fromEntries(store.seqAfter(plan)) };
  const ended = plan.moved.filter((user) => store.owners().has(user));
  for (const user of ended) delete seq[userAudience(user)];
  const result: PublishResult = { applied: plan.applied, duplicates: plan.duplicates, seq };
  const answered = JSON.stringify(result);
  streams.publish(plan, now, id === undefined ? undefined : { id, body, answer: answered });
  presence.forgetRows();
  session.counters.publishes += 1;
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
function kick(session: Session, text: string): Response {
  const parsed = kickBody.safeParse(parseJson(text));
  if (!parsed.success) throw badRequest('the body must be {"user": "<id>"} or {"all": true}');
  const user = "user" in parsed.data ? parsed.data.user : undefined;
  const { store } = session.open();
  store.revoke(user, Math.floor(Date.now() / 1000));
  const seats = session.sockets.ofUser(user);
  for (const { socket } of seats) session.end(socket, "revoked", "this ticket was revoked");
  log({ event: "kicked", user: user ?? null, sockets: seats.length }, session.name);
  return jsonResponse({ closed: seats.length });
}

function snapshot(session: Session, request: Request): Response {
  const audience = audienceOf(session, request);
  const { store, streams } = session.open();
  const tag = `"${store.epochOf(audience)}:${store.seqOf(audience)}"`;
  const headers = { etag: asHeader(tag) };
  if (isKnown(headers.etag, request.headers.get("if-none-match"))) {
    return new Response(null, { status: 304, headers: { ...headers, "cache-control": "no-store" } });
  }
  const { epoch, seq, entities } = streams.view(audience);
  return jsonResponse({ epoch, seq, audience, entities }, 200, headers);
}

async function digest(session: Session, request: Request): Promise<Response> {
  const audience = audienceOf(session, request);
  const { epoch, seq, entities } = session.open().streams.view(audience);
  return jsonResponse({ epoch, seq, audience, sha256: await digestOf(entities) });
}

/** Every audience's digest. The views are all taken before anything is waited for. */
async function digests(session: Session): Promise<Response> {
  const { store, streams } = session.open();
  const views = audiencesOf(store).map((audience) => [audience, streams.view(audience)] as const);
  const { epoch } = store;
  const entries = views.map(async ([audience, { seq, entities }]) => {
    return [audience, { seq, sha256: await digestOf(entities) }] as const;
  });
  return jsonResponse({ epoch, digests: Object.fromEntries(await Promise.all(entries)) });
}

function audienceOf(session: Session, request: Request): Audience {
  const { client, issued } = claimsOf(request);
  const { store, streams } = session.open();
  if (!store.isRevoked(client.sub, issued)) return streams.audienceOf(client);
  throw new Refusal(401, { code: "revoked", message: "this ticket was revoked; ask for a new one" });
}

function seqs(session: Session): Record<string, number> {
  const { store } = session.open();
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
