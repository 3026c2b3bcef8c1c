/** A ticket from the app's server: asked for with a deadline, and read for whose it is. */
import { within } from "./deadline.ts";
import { isObject } from "./merge.ts";
import type { Role } from "./protocol.ts";

/** How long the app's server may take, in ms. */
const PATIENCE = 10_000;

/**
 * To be thrown by the app's ticket function when its server says no, now and later: the user was
 * thrown out, or isn't signed in any more. The session closes then. After any other error it
 * asks again.
 */
export class TicketRefused extends Error {
  override readonly name = "TicketRefused";
}

/** Whose a ticket is. Read without checking it: only the room can, and does. */
export interface Owner {
  readonly sid: string;
  readonly role: Role;
  readonly sub: string;
}

/** A ticket, and whose it is. When it runs out isn't read: this machine's clock may be off. */
export interface Ticket {
  readonly text: string;
  readonly owner: Owner;
}

/**
 * Asks the app for a ticket.
 *
 * @throws TicketRefused as the app's function does; any error of its, after 10 s, or for what is
 *   no ticket
 */
export async function obtainTicket(
  ticket: (signal: AbortSignal) => string | Promise<string>,
  signal: AbortSignal,
): Promise<Ticket> {
  const text: unknown = await within(PATIENCE, signal, ticket);
  const owner = typeof text === "string" ? ownerOf(text) : undefined;
  if (!owner) throw new TypeError("what it gave is no ticket");
  return { text: text as string, owner };
}

/** Whose a ticket is; undefined for what is none. */
export function ownerOf(ticket: string): Owner | undefined {
  const [, payload, signature] = ticket.split(".");
  if (!payload || !signature) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isObject(claims)) return undefined;
    const { sid, role, sub } = claims;
    const isWhole = [sid, role, sub].every((claim) => typeof claim === "string");
    return isWhole ? ({ sid, role, sub } as Owner) : undefined;
  } catch {
    return undefined;
  }
}
