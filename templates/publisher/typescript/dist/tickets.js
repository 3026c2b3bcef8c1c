/** Tickets: the short-lived signed tokens that clients connect with. */
import { SignJWT } from "jose";
import { checkSession } from "./changes.js";
const ROLES = ["gm", "player", "spectator", "display"];
/**
 * Signs a ticket (JWT, HS256) that lets one user connect to one session.
 *
 * Ask your own database first whether they may, and as what.
 *
 * @param key the room's `TICKET_KEY`.
 * @throws RangeError: a name that can't be one.
 */
export async function mintTicket(key, options) {
    const { session, role, user, lifetime = 60, now = Date.now() / 1000 } = options;
    if (!ROLES.includes(role))
        throw new RangeError(`${JSON.stringify(role)} is no role: ${ROLES.join(", ")}`);
    if (user.length < 1 || user.length > 128)
        throw new RangeError("a user's id has 1 to 128 characters");
    const issued = Math.floor(now);
    return new SignJWT({ sid: checkSession(session), role })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setAudience("vttsync")
        .setSubject(user)
        .setIssuedAt(issued)
        .setExpirationTime(issued + lifetime)
        .sign(new TextEncoder().encode(key));
}
