/** The room of the app, in workerd on this machine, and what an app's server does with it. */
import { createHmac, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { partyFolder } from "../scripts/party.ts";

const SECRETS = {
  PUBLISH_KEY: "test-publish-key-0123456789abcdef",
  TICKET_KEY: "test-ticket-key-0123456789abcdef!",
};

/** What is used of wrangler, which is the room's package and not this one's. */
interface Wrangler {
  createTestHarness(options: object): TestHarness;
}
interface TestHarness {
  listen(): Promise<{ readonly url: URL }>;
  close(): Promise<void>;
  getWorker(): { evictDurableObject(name: string, options: object): Promise<void> };
}

/** A room that runs. */
export class RealRoom {
  readonly url: string;
  readonly #harness: TestHarness;

  private constructor(url: string, harness: TestHarness) {
    this.url = url;
    this.#harness = harness;
  }

  /** @throws Error where the room's packages aren't installed */
  static async start(): Promise<RealRoom> {
    const folder = fileURLToPath(partyFolder);
    if (!existsSync(new URL("node_modules/wrangler/package.json", partyFolder))) {
      throw new Error(`the room's packages are missing: run npm ci in ${folder}`);
    }
    // The room's own wrangler, so that it runs here as it is developed and deployed.
    process.env["WRANGLER_SEND_METRICS"] ??= "false";
    // Otherwise it asks Cloudflare where on earth this machine is.
    process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
    const wrangler = createRequire(new URL("package.json", partyFolder))("wrangler") as Wrangler;
    const harness = wrangler.createTestHarness({
      root: folder,
      workers: [{ configPath: "wrangler.toml", secrets: SECRETS }],
    });
    const { url } = await harness.listen();
    return new RealRoom(url.origin, harness);
  }

  stop(): Promise<void> {
    return this.#harness.close();
  }

  /** Publishes as an app's server does. */
  async publish(session: string, changes: readonly object[]): Promise<void> {
    const response = await this.#post(`${session}/publish`, { changes });
    if (response.status !== 200) throw new Error(`publish: ${response.status} ${await response.text()}`);
  }

  /** Throws everybody out. */
  async kick(session: string): Promise<void> {
    await this.#post(`${session}/kick`, { all: true });
  }

  /** The room's memory is lost; sockets hibernate, or close. */
  evict(session: string, webSockets: "close" | "hibernate"): Promise<void> {
    return this.#harness.getWorker().evictDurableObject("Session", { name: session, webSockets });
  }

  async #post(path: string, body: object): Promise<Response> {
    return fetch(`${this.url}/parties/session/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${SECRETS.PUBLISH_KEY}` },
      body: JSON.stringify(body),
    });
  }
}

/** A session that no other test uses. */
export function freshSession(): string {
  return `s-${randomUUID()}`;
}

/** A ticket as an app's server signs it. */
export function realTicket(session: string, role = "player", sub = "ann", key = SECRETS.TICKET_KEY): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { aud: "vttsync", sid: session, role, sub, iat, exp: iat + 60 };
  const signed = [{ alg: "HS256" }, claims].map(encoded).join(".");
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
