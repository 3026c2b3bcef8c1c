/** Who may come in: publish keys, tickets, and the pages that browsers come from. */
import { Refusal } from "./refusal.ts";
import { checkTicket, type TicketVerdict } from "./tickets.ts";

/**
 * Checks the publish key.
 *
 * It compares digests: equal length and constant time, whatever was sent.
 *
 * @throws {@link Refusal} 401.
 */
export async function authorize(request: Request, env: Cloudflare.Env): Promise<void> {
  const sent = await digest(bearer(request) ?? "");
  const keys = await Promise.all(secrets(env, "PUBLISH_KEY").map(knownDigest));
  const matches = keys.map((key) => crypto.subtle.timingSafeEqual(sent, key));
  if (bearer(request) !== undefined && matches.includes(true)) return;
  const message = "send the publish key as Authorization: Bearer <key>";
  throw new Refusal(401, { code: "unauthorized", message }, { "www-authenticate": "Bearer" });
}

/** Checks the ticket of a request, from its query or its authorization. */
export function admit(
  request: Request,
  env: Cloudflare.Env,
  session: string,
): Promise<TicketVerdict> {
  const ticket = ticketOf(request) ?? bearer(request) ?? "";
  return checkTicket(ticket, secrets(env, "TICKET_KEY"), session);
}

/** The ticket in a request's query. */
export function ticketOf(request: Request): string | undefined {
  return new URL(request.url).searchParams.get("ticket") ?? undefined;
}

/** Whether the page that asks is one of those allowed. What is no browser names none. */
export function isAllowedOrigin(request: Request, env: Cloudflare.Env): boolean {
  const origin = request.headers.get("origin");
  const allowed = env.ALLOWED_ORIGINS?.split(/\s+/).filter(Boolean) ?? [];
  return origin === null || allowed.length === 0 || allowed.includes(origin);
}

/** Lets a browser's page from another origin read an answer that is meant for clients. */
export function shared(response: Response, request: Request): Response {
  const origin = request.headers.get("origin");
  if (origin === null) return response;
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", "etag");
  headers.append("vary", "origin");
  return new Response(response.body, { status: response.status, headers });
}

/** The answer to a browser that asks whether its page may ask. */
export function preflight(request: Request): Response {
  const headers = {
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": "authorization, if-none-match",
    "access-control-max-age": "86400",
  };
  return shared(new Response(null, { status: 204, headers }), request);
}

/** A secret and, while it is being rotated, the one before. */
function secrets(env: Cloudflare.Env, name: "PUBLISH_KEY" | "TICKET_KEY"): string[] {
  const current = env[name];
  // A missing secret must not turn into an empty one that anybody can send.
  if (!current) throw new Error(`the secret ${name} is not set`);
  const previous = env[`${name}_PREVIOUS`];
  return previous ? [current, previous] : [current];
}

function bearer(request: Request): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.get("authorization")?.trim() ?? "")?.[1];
}

/** Digests of the keys that this isolate has been given: at most one or two. */
const known = new Map<string, ArrayBuffer>();

async function knownDigest(key: string): Promise<ArrayBuffer> {
  const found = known.get(key) ?? (await digest(key));
  known.set(key, found);
  return found;
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
