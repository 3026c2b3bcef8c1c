/** Tickets: the short-lived signed tokens that clients connect with. */
import { SignJWT } from "jose";
import { checkSession } from "./changes.ts";

const ROLES = ["gm", "player", "spectator", "display"] as const;

export type Role = (typeof ROLES)[number];

export interface TicketOptions {
  /** The session it is for. */
  readonly session: string;
  /** What the user may see. */
  readonly role: Role;
  /** The user's id; other clients are told it along with cursors. */
  readonly user: string;
  /** Seconds in which a connection can be opened; it may stay open longer. 60 by default. */
  readonly lifetime?: number;
  /** Seconds since 1970; the clock's by default. */
  readonly now?: number;
}

/**
 * Signs a ticket (JWT, HS256) that lets one user connect to one session.
 *
 * Ask your own database first whether they may, and as what.
 *
 * @param key the room's `TICKET_KEY`.
 * @throws RangeError: a name that can't be one.
 */
export async function mintTicket(key: string, options: TicketOptions): Promise<string> {
  const { session, role, user, lifetime = 60, now = Date.now() / 1000 } = options;
  if (!ROLES.includes(role)) throw new RangeError(`${JSON.stringify(role)} is no role: ${ROLES.join(", ")}`);
  if (user.length < 1 || user.length > 128) throw new RangeError("a user's id has 1 to 128 characters");
  const issued = Math.floor(now);
  return new SignJWT({ sid: checkSession(session), role })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setAudience("vttsync")
    .setSubject(user)
    .setIssuedAt(issued)
    .setExpirationTime(issued + lifetime)
    .sign(new TextEncoder().encode(key));
}
