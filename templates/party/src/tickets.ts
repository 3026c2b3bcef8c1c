/** The short-lived signed token a client connects with. */
import { jwtVerify } from "jose";
import { CLOSE, ticketClaims, type RoomErrorCode, type TicketClaims } from "./protocol.ts";

/** Seconds by which the clocks of the app server and Cloudflare may differ. */
const LEEWAY = 30;

/** Why a client may not connect, with the websocket close code that tells it. */
export interface TicketRefusal {
  readonly closeCode: number;
  readonly code: RoomErrorCode;
  readonly message: string;
}

export type TicketVerdict =
  | { readonly ok: true; readonly claims: TicketClaims }
  | { readonly ok: false; readonly refusal: TicketRefusal };

/**
 * Checks a ticket: a JWT signed with HS256 only, audience `vttsync`, not expired, for this session.
 *
 * @param key the TICKET_KEY secret; must not be empty.
 */
export async function checkTicket(
  ticket: string,
  key: string,
  session: string,
): Promise<TicketVerdict> {
  const claims = await readClaims(ticket, key);
  if (!claims) return refuse(CLOSE.badTicket, "bad_ticket", "the ticket is not valid or has expired");
  if (claims.sid !== session) return refuse(CLOSE.wrongSession, "wrong_session", WRONG_SESSION);
  return { ok: true, claims };
}

/** Said to a client whose ticket is for another session, or whose session name can't exist. */
export const WRONG_SESSION = "the ticket is not for this session";

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

function refuse(closeCode: number, code: RoomErrorCode, message: string): TicketVerdict {
  return { ok: false, refusal: { closeCode, code, message } };
}
