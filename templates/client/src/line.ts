/** One websocket, from its opening to its end. */
import { readFrame } from "./frames.ts";
import { Liveness } from "./liveness.ts";
import type { ClientFrame, ServerFrame } from "./protocol.ts";
import type { Reason } from "./types.ts";
import { judgeClose, type Verdict } from "./waits.ts";

/** How long opening may take, in ms. */
const OPENING = 10_000;

/** What may wait in the socket, in bytes, before presence is held back: some messages. */
const BUFFER = 4096;

/** Who hears of a line. `ended` comes once, and nothing after it. */
export interface LineEars {
  opened(): void;
  heard(frame: ServerFrame | "garbled"): void;
  ended(verdict: Verdict): void;
}

/** A socket that is watched: it ends in bounded time, whatever the network does. */
export class Line {
  readonly #socket: WebSocket;
  readonly #ears: LineEars;
  readonly #liveness: Liveness;
  readonly #off = new AbortController();
  readonly #opening: ReturnType<typeof setTimeout>;
  #error: Reason | undefined;

  constructor(socket: WebSocket, ears: LineEars) {
    this.#socket = socket;
    this.#ears = ears;
    this.#liveness = new Liveness({
      ping: () => this.#write("ping"),
      dead: () => this.end("unreachable", "the room doesn't answer"),
    });
    this.#opening = setTimeout(() => this.end("unreachable", "the room can't be reached"), OPENING);
    const { signal } = this.#off;
    socket.addEventListener("open", () => this.#opened(), { signal });
    socket.addEventListener("message", ({ data }) => this.#heard(data), { signal });
    socket.addEventListener("close", ({ code }) => this.#end(judgeClose(code, this.#error)), { signal });
  }

  /** Whether something can be sent. */
  get isOpen(): boolean {
    return !this.#off.signal.aborted && this.#socket.readyState === 1;
  }

  /** Whether what was sent has left, but for this many bytes. */
  get isClear(): boolean {
    return this.isOpen && this.#socket.bufferedAmount <= BUFFER;
  }

  /** Sends, or drops where the line isn't open. Says which. */
  send(frame: ClientFrame): boolean {
    if (!this.isOpen) return false;
    this.#write(JSON.stringify(frame));
    return true;
  }

  /** Makes sure that the other end is there, within `ms`. */
  check(ms: number): void {
    if (this.isOpen) this.#liveness.check(ms);
  }

  /** Hangs up, and says why. */
  end(code: string, message: string): void {
    this.#end({ reason: { code, message }, again: 0 });
  }

  /** Hangs up. Nobody hears of it. */
  close(): void {
    this.#off.abort();
    clearTimeout(this.#opening);
    this.#liveness.stop();
    // With a code: a room that answers no goodbye without one keeps a browser waiting for 10 s.
    this.#socket.close(1000);
  }

  #opened(): void {
    clearTimeout(this.#opening);
    this.#liveness.start();
    this.#ears.opened();
  }

  #heard(message: unknown): void {
    this.#liveness.heard();
    if (message === "pong") return;
    const frame = readFrame(message);
    if (frame === "unknown") return;
    if (frame === "foreign") this.end("unknown_protocol", "the room speaks another version: reload the page");
    else if (frame !== "garbled" && frame.type === "error") this.#error = frame;
    else this.#ears.heard(frame);
  }

  #end(verdict: Verdict): void {
    if (this.#off.signal.aborted) return;
    this.close();
    this.#ears.ended(verdict);
  }

  #write(text: string): void {
    // A socket that is on its way down throws in some browsers: its close tells.
    try {
      this.#socket.send(text);
    } catch {}
  }
}
