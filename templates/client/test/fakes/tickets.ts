/** Tickets as an app's server makes them; the fake room takes a signature of `good`. */

/** Claims of a ticket. */
export interface Claims {
  readonly aud: string;
  readonly sid: string;
  readonly role: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A ticket that is good for 60 s by the server's clock, unless `claims` say otherwise. */
export function ticketFor(claims: Partial<Claims> = {}, signature = "good"): string {
  const iat = Math.floor((claims.iat ?? serverTime()) as number);
  const good = { aud: "vttsync", sid: "friday", role: "player", sub: "ann", iat, exp: iat + 60 };
  return [encoded({ alg: "HS256" }), encoded({ ...good, ...claims }), signature].join(".");
}

let offset = 0;

/** The time on servers, in s since 1970: right, whatever this machine's clock says. */
export function serverTime(): number {
  return (Date.now() + offset) / 1000;
}

/** Puts this machine's clock wrong by so many ms. */
export function skewClock(ms: number): void {
  offset = -ms;
}

/** The claims of a ticket, or undefined where it is none. */
export function claimsOf(ticket: string): Claims | undefined {
  const [, payload, signature] = ticket.split(".");
  if (signature !== "good" || !payload) return undefined;
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
}
