/** The real room, from the room's own folder, in workerd, on this machine. */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { partyFolder } from "../scripts/party.ts";
import type { TicketClaims } from "../src/protocol.ts";

const keys = {
  PUBLISH_KEY: "test-publish-key-0123456789abcdef",
  TICKET_KEY: "test-ticket-key-0123456789abcdef!",
};

/** As much of wrangler as this needs. */
interface Wrangler {
  unstable_startWorker(options: object): Promise<{ ready: Promise<void>; url: Promise<URL>; dispose(): Promise<void> }>;
}

export interface Room {
  /** What sessions connect to. */
  readonly host: string;
  /** Publishes as the app's server does, and expects it to work. */
  publish(session: string, ...changes: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the room with an empty storage of its own. Takes some seconds. */
export async function startRoom(): Promise<Room> {
  const worker = await wrangler().unstable_startWorker({
    config: fileURLToPath(new URL("wrangler.toml", partyFolder)),
    bindings: Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, { type: "plain_text", value }])),
    dev: { server: { hostname: "127.0.0.1", port: 0 }, inspector: false, persist: false, watch: false, logLevel: "error" },
  });
  await worker.ready;
  const { origin } = await worker.url;
  return {
    host: origin,
    publish: (session, ...changes) => publish(`${origin}/parties/session/${session}/publish`, changes),
    stop: () => worker.dispose(),
  };
}

function wrangler(): Wrangler {
  const require = createRequire(new URL("package.json", partyFolder));
  if (!existsSync(new URL("node_modules/wrangler", partyFolder))) {
    throw new Error(`the room's packages aren't there: npm ci --ignore-scripts in ${fileURLToPath(partyFolder)}`);
  }
  // Otherwise it asks Cloudflare where on earth this machine is.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  return require("wrangler") as Wrangler;
}

async function publish(url: string, changes: readonly object[]): Promise<void> {
  const headers = { authorization: `Bearer ${keys.PUBLISH_KEY}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ changes }) });
  if (!response.ok) throw new Error(`publish: ${response.status} ${await response.text()}`);
}

/** A ticket as the app's server signs it. */
export function ticketFor(session: string, role: TicketClaims["role"], user: string): Promise<string> {
  return new SignJWT({ sid: session, role })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("vttsync")
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime("1m")
    .sign(new TextEncoder().encode(keys.TICKET_KEY));
}
