/** The Worker: routes, checks who is asking, and only then wakes a session's object. */
import { routePartykitRequest } from "partyserver";
import { admit, authorize, isAllowedOrigin, preflight, shared, ticketOf } from "./access.ts";
import { claimHeaders } from "./claims.ts";
import { LIMITS } from "./limits.ts";
import { described, log } from "./log.ts";
import { PROTOCOL, SESSION_NAME, type ErrorCode } from "./protocol.ts";
import { readBody } from "./request.ts";
import { internalError, jsonResponse, Refusal } from "./refusal.ts";
import { refuseSocket } from "./seat.ts";
import { Session } from "./session.ts";
import { WRONG_SESSION } from "./tickets.ts";

export { Session };

const SESSION_PATH = /^\/parties\/session\/([^/]+)(?:\/(publish|health|snapshot|digest|kick))?$/;
const WRONG_ORIGIN = "pages from this origin may not connect";

export default {
  async fetch(request, env) {
    try {
      return await route(request, env);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      log({ event: "failed", at: "worker", error: described(error) });
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
  switch (tail) {
    case "publish":
    case "kick":
      return command(request, env, session, tail);
    case "health":
      return inside(request, env, session);
    case "snapshot":
    case "digest":
      return look(request, env, session, tail);
  }
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

/** A publish or a kick: from the app server, with a body. */
async function command(
  request: Request,
  env: Cloudflare.Env,
  session: string,
  tail: string,
): Promise<Response> {
  allow(request, "POST");
  await authorize(request, env);
  const body = await readBody(request, LIMITS.bodyBytes);
  const key = request.headers.get("idempotency-key");
  const headers = key === null ? {} : { "idempotency-key": key };
  return forward(request, env, `${session}/${tail}`, { method: "POST", headers, body });
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

/** A snapshot or a digest: for clients that can't open a websocket, and to compare views by. */
async function look(
  request: Request,
  env: Cloudflare.Env,
  session: string,
  tail: string,
): Promise<Response> {
  if (!isAllowedOrigin(request, env)) throw refusal(403, "wrong_origin", WRONG_ORIGIN);
  if (request.method === "OPTIONS") return preflight(request);
  try {
    allow(request, "GET");
    return shared(await seen(request, env, session, tail), request);
  } catch (error) {
    if (error instanceof Refusal) return shared(error.toResponse(), request);
    throw error;
  }
}

async function seen(
  request: Request,
  env: Cloudflare.Env,
  session: string,
  tail: string,
): Promise<Response> {
  const verdict = await admit(request, env, session);
  if (!verdict.ok && tail === "digest" && ticketOf(request) === undefined) {
    await authorize(request, env);
    return forward(request, env, `${session}/digest`, { method: "GET" });
  }
  if (!verdict.ok) {
    const { code, message } = verdict;
    throw refusal(code === "bad_ticket" ? 401 : 403, code, message);
  }
  const headers = new Headers(claimHeaders(verdict.claims));
  const known = request.headers.get("if-none-match");
  if (known !== null) headers.set("if-none-match", known);
  return forward(request, env, `${session}/${tail}`, { method: "GET", headers });
}

async function connect(request: Request, env: Cloudflare.Env, session: string): Promise<Response> {
  if (!isAllowedOrigin(request, env)) return refuseSocket("wrong_origin", WRONG_ORIGIN);
  if (!SESSION_NAME.test(session)) return refuseSocket("wrong_session", WRONG_SESSION);
  const verdict = await admit(request, env, session);
  if (!verdict.ok) return refuseSocket(verdict.code, verdict.message);
  const headers = new Headers({ upgrade: "websocket", ...claimHeaders(verdict.claims) });
  const extensions = request.headers.get("sec-websocket-extensions");
  if (extensions) headers.set("sec-websocket-extensions", extensions);
  return forward(request, env, session + cursorOf(request), { method: "GET", headers });
}

/** Where the client was when it lost its connection, as a query. */
function cursorOf(request: Request): string {
  const query = new URL(request.url).searchParams;
  const epoch = query.get("epoch");
  const seq = query.get("seq");
  return epoch === null || seq === null ? "" : `?${new URLSearchParams({ epoch, seq })}`;
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
