/** How the Worker hands an object the claims that it has verified. Never taken from a client. */
import { role, type TicketClaims } from "./protocol.ts";
import type { Client } from "./seat.ts";

const ROLE = "x-vttsync-role";
const SUB = "x-vttsync-sub";
const ISSUED = "x-vttsync-iat";

/** Headers that carry a ticket's claims. */
export function claimHeaders({ role, sub, iat }: TicketClaims): Record<string, string> {
  return { [ROLE]: role, [SUB]: encodeURIComponent(sub), [ISSUED]: String(iat) };
}

/** Whether a request carries claims at all. */
export function hasClaims(request: Request): boolean {
  return request.headers.has(ROLE);
}

/** The claims of a request: who asks, and when their ticket was issued, in seconds since 1970. */
export function claimsOf(request: Request): { client: Client; issued: number } {
  const client = {
    role: role.parse(request.headers.get(ROLE)),
    sub: decodeURIComponent(request.headers.get(SUB) ?? ""),
  };
  return { client, issued: Number(request.headers.get(ISSUED)) };
}
