/**
 * Gets a ticket, opens a line to the room, and does it again when the line is lost.
 *
 * Why not partysocket (1.3.0, 4 KB gzip, half of what this package has in all): its waits have no
 * jitter, `reconnect()` does nothing while an attempt waits or asks for its ticket, it replaces the
 * room's close code after an error, and it sends what was buffered before anyone hears of `open`.
 * With all that switched off, a timeout for opening would be left.
 */
import { socketAddress } from "./address.ts";
import { Line } from "./line.ts";
import { HASTE } from "./liveness.ts";
import type { ClientFrame, Cursor, ServerFrame } from "./protocol.ts";
import type { Surroundings } from "./surroundings.ts";
import { obtainTicket, TicketRefused, type Owner, type Ticket } from "./ticket.ts";
import type { Reason, SessionOptions } from "./types.ts";
import { backoff, type Verdict } from "./waits.ts";

/** A line that lasted so long, in ms, was a good one: the next attempt is the first again. */
const LASTED = 5_000;
/** When something says that the network is back, a wait is cut to this, in ms, and less. */
const SOON = 1_000;

/** Who hears what comes from the room, and how it stands with the connection. */
export interface Ears {
  /** A line is being opened: `now`, or `before`, by the tab that has it. */
  dialing(when: "now" | "before"): void;
  heard(frame: ServerFrame | "garbled"): void;
  /** Not connected; will be again. */
  lost(reason: Reason): void;
  /** Over for good. */
  ended(verdict: Verdict): void;
}

/** What a connection needs. */
export interface Connecting {
  readonly address: URL;
  readonly ticket: SessionOptions["ticket"];
  readonly around: Surroundings;
  readonly ears: Ears;
  /** Where to go on from. */
  cursor(): Cursor | undefined;
  /**
   * Waits until the ticket's owner may connect from this tab: `later` when that took a while, so
   * that another ticket is needed.
   */
  admit(owner: Owner, signal: AbortSignal): Promise<"now" | "later">;
}

/** When the next attempt is due, and how early it may be made when something changes. */
interface Due {
  readonly at: number;
  readonly earliest: number;
}

/** A line to the room that comes back. */
export class Connection {
  readonly #with: Connecting;
  #line: Line | undefined;
  #openedAt = Infinity;
  #attempt = new AbortController();
  /** How many attempts in a row. */
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The next attempt, while it is waited for. */
  #due: Due | undefined;

  constructor(connecting: Connecting) {
    this.#with = connecting;
  }

  /** Whether what is sent now doesn't pile up behind what was sent before. */
  get isClear(): boolean {
    return this.#line?.isClear ?? false;
  }

  /** Connects now, anew if need be. */
  start(): void {
    this.close();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#admitted(attempt.signal).then(
      (ticket) => {
        if (!attempt.signal.aborted) this.#dial(ticket);
      },
      (error: unknown) => {
        if (!attempt.signal.aborted) this.#ended(whyNoTicket(error));
      },
    );
  }

  /** Sends, or drops where the line isn't open. Says which. */
  send(frame: ClientFrame): boolean {
    return this.#line?.send(frame) ?? false;
  }

  /** Hangs up, and connects again after a while. */
  drop(code: string, message: string): void {
    this.#line?.end(code, message);
  }

  /** Something says that the network may have come, or gone: look at once. */
  wake(): void {
    this.#line?.check(HASTE);
    if (!this.#due) return;
    const at = Math.max(performance.now() + this.#with.around.random() * SOON, this.#due.earliest);
    if (at < this.#due.at) this.#startAt({ ...this.#due, at });
  }

  /** Timers of a tab in the background come late, messages don't. */
  tick(): void {
    if (this.#due && performance.now() >= this.#due.at) this.start();
  }

  close(): void {
    this.#attempt.abort();
    clearTimeout(this.#timer);
    this.#due = undefined;
    this.#line?.close();
    this.#line = undefined;
  }

  async #admitted(signal: AbortSignal): Promise<Ticket> {
    for (;;) {
      const ticket = await obtainTicket(this.#with.ticket, signal);
      if ((await this.#with.admit(ticket.owner, signal)) === "now") return ticket;
    }
  }

  #dial({ text }: Ticket): void {
    const { address, around, ears, cursor } = this.#with;
    ears.dialing("now");
    try {
      const socket = new around.WebSocket(socketAddress(address, text, cursor()));
      this.#line = new Line(socket, {
        opened: () => (this.#openedAt = performance.now()),
        heard: (frame) => ears.heard(frame),
        ended: (verdict) => this.#ended(verdict),
      });
    } catch (error) {
      this.#ended({ reason: { code: "unreachable", message: String(error) }, again: 0 });
    }
  }

  #ended(verdict: Verdict): void {
    this.#line = undefined;
    if (performance.now() - this.#openedAt >= LASTED) this.#attempts = 0;
    this.#openedAt = Infinity;
    if (verdict.again === "never") {
      this.close();
      this.#with.ears.ended(verdict);
      return;
    }
    this.#attempts += 1;
    const earliest = performance.now() + verdict.again;
    this.#startAt({ at: earliest + backoff(this.#attempts, this.#with.around.random()), earliest });
    this.#with.ears.lost(verdict.reason);
  }

  #startAt(due: Due): void {
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.start(), due.at - performance.now());
  }
}

function whyNoTicket(error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TicketRefused) {
    return { reason: { code: "refused", message: message || "the app's server gives no ticket" }, again: "never" };
  }
  return { reason: { code: "no_ticket", message: `the ticket function failed: ${message}` }, again: 0 };
}
