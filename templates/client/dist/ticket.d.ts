import type { Role } from "./protocol.js";
/**
 * To be thrown by the app's ticket function when its server says no, now and later: the user was
 * thrown out, or isn't signed in any more. The session closes then. After any other error it
 * asks again.
 */
export declare class TicketRefused extends Error {
    readonly name = "TicketRefused";
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
export declare function obtainTicket(ticket: (signal: AbortSignal) => string | Promise<string>, signal: AbortSignal): Promise<Ticket>;
/** Whose a ticket is; undefined for what is none. */
export declare function ownerOf(ticket: string): Owner | undefined;
