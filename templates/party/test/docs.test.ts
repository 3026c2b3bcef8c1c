/** The evening that the page on the protocol quotes, played again: the page can't drift. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { clientFrame, errorBody, sessionHealth, type Cursor } from "../src/protocol.ts";
import example from "../vectors/example.json";
import { call, Client, freshSession, open, ticket } from "./client.ts";

interface Claims {
  readonly role: string;
  readonly sub: string;
}
interface Asking {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly key?: "publish" | Claims;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  };
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly answer?: unknown;
}
interface Getting {
  readonly client: string;
  readonly connects?: Claims & { readonly cursor?: Cursor };
  readonly sends?: unknown;
  readonly gets?: readonly object[];
  readonly closed?: number;
}

/** The page's short ids for a room's real ones. */
class Evening {
  readonly #session = freshSession();
  readonly #clients = new Map<string, { readonly client: Client; read: number }>();
  #epoch = "";

  /** Asks what no reader sees: how the room calls its epoch. */
  async begin(): Promise<void> {
    const headers = { authorization: `Bearer ${env.PUBLISH_KEY}` };
    const answer = await call(`/parties/session/${this.#session}/health`, { headers });
    this.#epoch = sessionHealth.parse(await answer.json()).epoch;
  }

  async ask({ request, status, headers = {}, answer }: Asking): Promise<void> {
    const { method, path, body } = request;
    const init = { method, headers: await this.#headers(request) };
    const response = await call(this.#real(path), body === undefined ? init : { ...init, body: JSON.stringify(body) });
    const got = this.#shown(await response.text());
    expect({ path, status: response.status, ...(got && { answer: counted(JSON.parse(got)) }) }).toEqual({
      path,
      status,
      ...(answer !== undefined && { answer: counted(answer) }),
    });
    if (status >= 400) errorBody.parse(answer);
    for (const [name, value] of Object.entries(headers)) expect(this.#shown(response.headers.get(name) ?? "")).toBe(value);
  }

  async play({ client: name, connects, sends, gets, closed }: Getting): Promise<void> {
    if (connects) await this.#connect(name, connects);
    const seat = this.#clients.get(name);
    if (!seat) throw new Error(`${name} isn't there`);
    if (sends) seat.client.socket.send(this.#real(JSON.stringify(sends)));
    if (!gets) return;
    await seat.client.until(seat.read + gets.length);
    if (closed === undefined) await seat.client.settle();
    else expect((await seat.client.closed).code).toBe(closed);
    expect(seat.client.texts.slice(seat.read).map((text) => JSON.parse(this.#shown(text)) as object)).toEqual(gets);
    seat.read += gets.length;
  }

  async #connect(name: string, { role, sub, cursor }: Claims & { readonly cursor?: Cursor }): Promise<void> {
    const place = cursor ? { epoch: this.#real(cursor.epoch), seq: String(cursor.seq) } : {};
    const query = new URLSearchParams({ ticket: await ticket(this.#session, role, { sub }), ...place });
    this.#clients.set(name, { client: await open(this.#session, `?${query}`), read: 0 });
  }

  async #headers({ key, headers = {} }: Asking["request"]): Promise<Record<string, string>> {
    const real = Object.entries(headers).map(([name, value]) => [name, this.#real(value)]);
    if (key === undefined) return Object.fromEntries(real);
    const bearer = key === "publish" ? env.PUBLISH_KEY : await ticket(this.#session, key.role, { sub: key.sub });
    return Object.fromEntries([...real, ["authorization", `Bearer ${bearer}`]]);
  }

  #real(text: string): string {
    return text.replaceAll("/friday", `/${this.#session}`).replaceAll("e1.", `${this.#epoch}.`);
  }

  #shown(text: string): string {
    return text.replaceAll(this.#epoch, "e1").replaceAll(env.CF_VERSION_METADATA.id, "v1");
  }
}

/** When it began is different each time. */
function counted(answer: unknown): unknown {
  const { data } = sessionHealth.safeParse(answer);
  return data ? { ...data, counters: { ...data.counters, since: "" } } : answer;
}

it("goes as the page has it", async () => {
  const evening = new Evening();
  await evening.begin();
  for (const step of example.steps as unknown as (Asking | Getting)[]) {
    await ("request" in step ? evening.ask(step) : evening.play(step));
  }
});

it("has clients send what the protocol has, but for what is refused", () => {
  const sent = (example.steps as unknown as Getting[]).flatMap(({ sends }) => (sends ? [sends] : []));
  expect(sent.filter((one) => !clientFrame.safeParse(one).success)).toEqual([{ type: "roll", dice: "1d20" }]);
});
