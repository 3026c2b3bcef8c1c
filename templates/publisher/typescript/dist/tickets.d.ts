declare const ROLES: readonly ["gm", "player", "spectator", "display"];
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
export declare function mintTicket(key: string, options: TicketOptions): Promise<string>;
export {};
