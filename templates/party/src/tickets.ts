/** The short-lived signed token a client connects with. */
import { jwtVerify } from "jose";
import { ticketClaims, type TicketClaims } from "./protocol.ts";

/** Seconds by which the clocks of the app server and Cloudflare may differ. */
const LEEWAY = 30;

export type TicketVerdict =
  | { readonly ok: true; readonly claims: TicketClaims }
  | { readonly ok: false; readonly code: "bad_ticket" | "wrong_session"; readonly message: string };

/** Said to a client whose ticket is for another session, or whose session name can't exist. */
export const WRONG_SESSION = "the ticket is not for this session";

/**
 * Checks a ticket: a JWT signed with HS256 only, audience `vttsync`, not expired, for this session.
 *
 * @param keys any of them may have signed it; none of them may be empty.
 */
export async function checkTicket(
  ticket: string,
  keys: readonly string[],
  session: string,
): Promise<TicketVerdict> {
  for (const key of keys) {
    const claims = await readClaims(ticket, key);
    if (!claims) continue;
    if (claims.sid === session) return { ok: true, claims };
    return { ok: false, code: "wrong_session", message: WRONG_SESSION };
  }
  return { ok: false, code: "bad_ticket", message: "the ticket is not valid or has expired" };
}

async function readClaims(ticket: string, key: string): Promise<TicketClaims | undefined> {
  try {
    const { payload } = await jwtVerify(ticket, new TextEncoder().encode(key), {
      // Without the list a ticket could choose its own algorithm.
      algorithms: ["HS256"],
      audience: "vttsync",
      clockTolerance: LEEWAY,
      requiredClaims: ["exp", "iat"],
    });
    return ticketClaims.safeParse(payload).data;
  } catch {
    return undefined;
  }
}
