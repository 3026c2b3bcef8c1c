/** The Worker: routes, checks who is asking, and only then wakes a session's object. */
import { routePartykitRequest } from "partyserver";
import { CLOSE, LIMITS, PROTOCOL, SESSION_NAME, type ErrorCode } from "./protocol.ts";
import { readBody } from "./request.ts";
import { internalError, jsonResponse, Refusal } from "./refusal.ts";
import { CLAIM_HEADERS, refuseSocket, Session } from "./session.ts";
import { checkTicket, WRONG_SESSION } from "./tickets.ts";

export { Session };

const SESSION_PATH = /^\/parties\/session\/([^/]+)(\/publish|\/health)?$/;

export default {
  async fetch(request, env) {
    try {
      return await route(request, env);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      console.error("request failed", error);
      return internalError().toResponse();
    }
  },
} satisfies ExportedHandler<Cloudflare.Env>;

async function route(request: Request, env: Cloudflare.Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/health") return health(request, env);
  const match = SESSION_PATH.exec(pathname);
  if (!match?.[1]) throw notFound();
  const [, session, tail] = match;
  if (!tail && isUpgrade(request)) return connect(request, env, session);
  if (!SESSION_NAME.test(session)) throw notFound();
  if (tail === "/publish") return publish(request, env, session);
  if (tail === "/health") return inside(request, env, session);
  if (request.method === "DELETE") return forget(request, env, session);
  allow(request, "GET");
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  throw refusal(426, "upgrade_required", "connect with a websocket", headers);
}

function health(request: Request, env: Cloudflare.Env): Response {
  allow(request, "GET");
  const { id, tag } = env.CF_VERSION_METADATA;
  return jsonResponse({ protocol: PROTOCOL, version: id, tag: tag ?? "" });
}

async function publish(request: Request, env: Cloudflare.Env, session: string): Promise<Response> {
  allow(request, "POST");
  await authorize(request, env);
  const body = await readBody(request, LIMITS.bodyBytes);
  return forward(request, env, `${session}/publish`, { method: "POST", body });
}

async function inside(request: Request, env: Cloudflare.Env, session: string): Promise<Response> {
  allow(request, "GET");
  await authorize(request, env);
  return forward(request, env, `${session}/health`, { method: "GET" });
}

async function forget(request: Request, env: Cloudflare.Env, session: string): Promise<Response> {
  await authorize(request, env);
  return forward(request, env, session, { method: "DELETE" });
}

async function connect(request: Request, env: Cloudflare.Env, session: string): Promise<Response> {
  if (!SESSION_NAME.test(session)) {
    return refuseSocket(CLOSE.wrongSession, "wrong_session", WRONG_SESSION);
  }
  const ticket = new URL(request.url).searchParams.get("ticket") ?? "";
  const verdict = await checkTicket(ticket, secret(env.TICKET_KEY, "TICKET_KEY"), session);
  if (!verdict.ok) {
    const { closeCode, code, message } = verdict.refusal;
    return refuseSocket(closeCode, code, message);
  }
  const headers = new Headers({
    upgrade: "websocket",
    [CLAIM_HEADERS.role]: verdict.claims.role,
    [CLAIM_HEADERS.sub]: encodeURIComponent(verdict.claims.sub),
  });
  const extensions = request.headers.get("sec-websocket-extensions");
  if (extensions) headers.set("sec-websocket-extensions", extensions);
  return forward(request, env, session, { method: "GET", headers });
}

/**
 * Hands a request to the session's object.
 *
 * It is built anew, without the client's query and headers: partyserver keeps the URL with the
 * socket (a ticket would stay there), takes `_pk` for the connection's id and trusts
 * `x-partykit-*` headers.
 */
async function forward(
  request: Request,
  env: Cloudflare.Env,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const url = new URL(`/parties/session/${path}`, request.url);
  const response = await routePartykitRequest(new Request(url, init), env);
  return response ?? notFound().toResponse();
}

/** Compares digests: equal length and constant time, whatever was sent. */
async function authorize(request: Request, env: Cloudflare.Env): Promise<void> {
  const [scheme, token = ""] = (request.headers.get("authorization") ?? "").split(" ", 2);
  const [sent, known] = await Promise.all([
    digest(token),
    digest(secret(env.PUBLISH_KEY, "PUBLISH_KEY")),
  ]);
  const same = crypto.subtle.timingSafeEqual(sent, known);
  if (scheme?.toLowerCase() !== "bearer" || !same) {
    const message = "send the publish key as Authorization: Bearer <key>";
    throw refusal(401, "unauthorized", message, { "www-authenticate": "Bearer" });
  }
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

/** A missing secret must not turn into an empty one that anybody can send. */
function secret(value: string | undefined, name: string): string {
  if (!value) throw new Error(`the secret ${name} is not set`);
  return value;
}

function allow(request: Request, method: string): void {
  if (request.method === method) return;
  const message = `${request.method} is not allowed here; use ${method}`;
  throw refusal(405, "method_not_allowed", message, { allow: method });
}

function isUpgrade(request: Request): boolean {
  return (
    request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket"
  );
}

function notFound(): Refusal {
  return refusal(404, "not_found", "there is nothing here");
}

function refusal(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
): Refusal {
  return new Refusal(status, { code, message }, headers);
}
