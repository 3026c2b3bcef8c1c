/** A network of websockets that a test holds in its hand. */

/** The far end of a socket. */
export interface Far {
  /** What the near end sent. */
  heard(text: string): void;
  /** The near end is gone. */
  gone(): void;
}

/** Decides who answers a new socket; undefined refuses it, as a network without a route does. */
export type Answer = (url: URL, near: FakeSocket) => Far | undefined;

/** What happens to the texts on their way to the near end: lost, doubled, changed. */
export type Harm = (text: string) => readonly string[];

/** The browser's WebSocket, over a network that can be cut, frozen and made to hang. */
export class Network {
  /** Nobody can connect, as behind a firewall that refuses. */
  isDown = false;
  /** Opening never ends, as behind a firewall that drops. */
  hangs = false;
  /** What was sent doesn't arrive any more, while the sockets still look open. */
  isFrozen = false;
  /** Milliseconds each way. */
  latency = 10;
  harm: Harm = (text) => [text];
  readonly sockets: FakeSocket[] = [];
  readonly WebSocket: new (url: string) => WebSocket;

  constructor(answer: Answer) {
    const network = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url: string) {
        super(url, network, answer);
      }
    } as unknown as new (url: string) => WebSocket;
  }

  /** The sockets that look open to the page. */
  get open(): FakeSocket[] {
    return this.sockets.filter(({ readyState }) => readyState === 1);
  }

  /** Every socket breaks. */
  cut(): void {
    for (const socket of this.sockets) socket.break(1006);
  }

  /** Nothing works, until {@link up}. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  up(): void {
    this.isDown = false;
  }
}

/** One socket, near end. */
export class FakeSocket extends EventTarget {
  readyState = 0;
  /** Bytes that haven't left the machine. */
  bufferedAmount = 0;
  /** What the page has sent, pings too. */
  readonly sent: string[] = [];
  readonly url: string;
  readonly #network: Network;
  #far: Far | undefined;
  /** Nothing overtakes: when the newest text arrives. */
  #lastAt = 0;

  constructor(url: string, network: Network, answer: Answer) {
    super();
    this.url = url;
    this.#network = network;
    network.sockets.push(this);
    if (network.hangs) return;
    setTimeout(() => this.#open(answer), 2 * network.latency);
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  /** What the page sent but pings. */
  get frames(): unknown[] {
    return this.sent.filter((text) => text !== "ping").map((text) => JSON.parse(text) as unknown);
  }

  send(text: string): void {
    if (this.readyState === 0) throw new DOMException("still connecting", "InvalidStateError");
    if (this.readyState > 1) return;
    this.sent.push(text);
    setTimeout(() => {
      if (this.readyState === 1 && !this.#network.isFrozen) this.#far?.heard(text);
    }, this.#network.latency);
  }

  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.#far?.gone();
    this.#far = undefined;
    setTimeout(() => this.#closed(1000), this.#network.latency);
  }

  /** The far end says something. */
  say(text: string): void {
    if (this.#network.isFrozen) return;
    for (const one of this.#network.harm(text)) {
      this.#later(() => {
        if (this.readyState !== 1 || this.#network.isFrozen) return;
        this.dispatchEvent(new MessageEvent("message", { data: one }));
      });
    }
  }

  /** The far end hangs up, after what it said has arrived. */
  hangUp(code: number): void {
    this.#far = undefined;
    this.#later(() => this.#closed(code));
  }

  /** The connection is lost. */
  break(code: number): void {
    if (this.readyState === 3) return;
    this.#far?.gone();
    this.#far = undefined;
    this.#closed(code);
  }

  #open(answer: Answer): void {
    if (this.readyState !== 0) return;
    const network = this.#network;
    // The page is told of the opening before anything else.
    this.#lastAt = performance.now();
    this.readyState = 1;
    const far = network.isDown ? undefined : answer(new URL(this.url), this);
    if (!far && network.isDown) {
      this.readyState = 0;
      this.dispatchEvent(new Event("error"));
      this.#closed(1006);
      return;
    }
    this.#far = far;
    this.dispatchEvent(new Event("open"));
  }

  #later(act: () => void): void {
    const now = performance.now();
    this.#lastAt = Math.max(this.#lastAt, now + this.#network.latency);
    setTimeout(act, this.#lastAt - now);
  }

  #closed(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "", wasClean: code !== 1006 }));
  }
}
