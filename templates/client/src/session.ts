/** One session, put together: what comes from the room or the app's poll, and what is shown of it. */
import { sessionAddress } from "./address.ts";
import { Asking } from "./asking.ts";
import { Connection, type Ears } from "./connection.ts";
import { Gates } from "./gates.ts";
import { Picture } from "./picture.ts";
import { Presence } from "./presence.ts";
import type { ClientFrame, ServerFrame } from "./protocol.ts";
import { Store } from "./store.ts";
import { surroundings, type Surroundings } from "./surroundings.ts";
import { Tabs } from "./tabs.ts";
import type { Owner } from "./ticket.ts";
import type { OpenableSession, Poll, Reason, Session, SessionOptions, State, Status } from "./types.ts";
import type { Did } from "./view.ts";
import type { Verdict } from "./waits.ts";

const CLOSED: Reason = { code: "closed", message: "the app closed the session" };

/**
 * Follows a session: live from its room, and by the app's poll while the room is out of reach.
 *
 * @throws TypeError where host or session can't be one; RangeError where a time of `poll` can't
 */
export function connectSession(options: SessionOptions): Session {
  const session = createSession(options);
  session.open();
  return session;
}

/**
 * A session that asks for nothing until it is opened: for frameworks that may throw away what they
 * make while they render.
 *
 * @throws as connectSession
 */
export function createSession(options: SessionOptions): OpenableSession {
  return new Followed(options, surroundings(), "closed");
}

/** A session that is followed until it is closed. */
export class Followed implements OpenableSession {
  readonly presence: Presence;
  readonly #around: Surroundings;
  readonly #address: URL;
  readonly #store = new Store();
  readonly #picture = new Picture();
  readonly #asking: Asking;
  readonly #gates: Gates;
  #tabs: Tabs | undefined;
  readonly #connection: Connection;
  readonly #poll: SessionOptions["poll"];
  #offWake: (() => void) | undefined;
  #owner: Owner | undefined;
  #reason: Reason | undefined;
  #over: Verdict | undefined;
  /** Since when the room is out of reach, as performance.now() has it; undefined while live. */
  #outSince: number | undefined = performance.now();

  constructor(options: SessionOptions, around: Surroundings, begins: "open" | "closed" = "open") {
    this.#around = around;
    this.#address = sessionAddress(options.host, options.session);
    this.#asking = new Asking({ send: () => this.#resume(), giveUp: () => this.#startAfresh() });
    this.presence = new Presence({ send: (frame) => this.#say(frame), owner: () => this.#owner });
    this.#gates = new Gates({
      around,
      outSince: () => (this.#mayPoll ? this.#outSince : undefined),
      changed: () => this.#show(),
      answered: (answer, pending) => this.#after(this.#picture.polled(answer, pending)),
      gone: () => this.#after(this.#picture.pollGone()),
    });
    this.#tabs = this.#sharing(options.share ?? around.isPage);
    this.#connection = new Connection({
      address: this.#address,
      ticket: options.ticket,
      around,
      ears: this.#tabs?.ears ?? this.#ears,
      cursor: () => this.#picture.cursor,
      admit: (owner, signal) => this.#admit(owner, signal),
    });
    this.#poll = options.poll;
    if (begins === "open") this.open();
  }

  readonly open = (): void => {
    if (this.#over || this.#offWake) return;
    if (this.#poll) this.pollWhenOffline(this.#poll.fn, this.#poll.every, this.#poll);
    this.#offWake = this.#around.onWake(() => this.#wake());
    this.#connection.start();
  };

  readonly getSnapshot = (): State => this.#store.getSnapshot();

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  readonly pollWhenOffline = (fn: Poll, every: number, options: { readonly grace?: number } = {}): (() => void) =>
    this.#gates.add(fn, every, options.grace);

  readonly close = (): void => {
    if (this.#over?.reason !== CLOSED) this.#end({ reason: CLOSED, again: "never" });
  };

  readonly #ears: Ears = {
    dialing: (when) => {
      this.#picture.dialing(when);
      this.#asking.begin();
      this.#show();
    },
    heard: (frame) => this.#heard(frame),
    lost: (reason) => {
      this.#reason = reason;
      this.#picture.lost();
      this.#asking.stop();
      this.#show();
    },
    ended: (verdict) => this.#end(verdict),
  };

  #heard(frame: ServerFrame | "garbled"): void {
    if (frame !== "garbled" && frame.type === "presence") {
      this.presence.heard(frame.items);
      return;
    }
    this.#after(this.#picture.heard(frame));
  }

  /** Whatever came: asks if need be, and shows what there is now. */
  #after(did: Did): void {
    if (did === "resume") this.#asking.ask();
    if (this.#picture.isSettled) this.#asking.answered();
    else if (this.#picture.isGreeted) this.#asking.expect(did !== "ignore");
    this.#show();
  }

  #resume(): void {
    const frame: ClientFrame = { type: "resume", ...this.#picture.question };
    if (this.#hasLine) this.#connection.send(frame);
    else this.#tabs?.ask(this.#picture.wantsAll ? frame : "missed");
  }

  /** The view doesn't get whole: perhaps its place is wrong. */
  #startAfresh(): void {
    if (this.#hasLine) {
      this.#picture.distrust();
      this.#connection.drop("stuck", "what was missed didn't come");
    } else {
      this.#asking.ask();
    }
  }

  /** Whether this tab is the one to have the socket. */
  get #hasLine(): boolean {
    return this.#tabs?.leads ?? true;
  }

  #say(frame: ClientFrame): boolean {
    if (!this.#picture.isGreeted) return false;
    if (this.#hasLine) return this.#connection.isClear && this.#connection.send(frame);
    this.#tabs?.ask(frame);
    return true;
  }

  #sharing(isWanted: boolean): Tabs | undefined {
    const { locks, BroadcastChannel } = this.#around;
    if (!isWanted || !locks || !BroadcastChannel) return undefined;
    return new Tabs({
      locks,
      BroadcastChannel,
      random: () => this.#around.random(),
      ears: this.#ears,
      cursor: () => this.#picture.cursor,
      standing: () => ({ frames: this.#picture.frames(), lost: this.#picture.isGreeted ? undefined : this.#reason }),
      say: (frame) => this.#sayForAnother(frame),
      nudged: () => this.#connection.tick(),
      deposed: () => {
        this.#ears.lost({ code: "handed_over", message: "another tab of this browser connects" });
        this.#connection.start();
      },
    });
  }

  #sayForAnother(frame: ClientFrame): void {
    if (frame.type === "presence") this.presence.send(frame.kind, frame.value);
    else this.#after(this.#picture.askForAll());
  }

  async #admit(owner: Owner, signal: AbortSignal): Promise<"now" | "later"> {
    signal.throwIfAborted();
    // Who signs in as somebody else must not go on seeing what the first one saw.
    if (this.#owner && !isSame(this.#owner, owner)) {
      this.#picture.forget();
      this.presence.clear();
    }
    this.#owner = owner;
    this.#show();
    try {
      return (await this.#tabs?.admit(this.#address.href, owner, signal)) ?? "now";
    } catch (error) {
      signal.throwIfAborted();
      // Locks are there and refused, as in a frame without an origin of its own: better alone than not at all.
      console.warn("vttsync: this tab can't share a connection", error);
      this.#tabs?.close();
      this.#tabs = undefined;
      return "now";
    }
  }

  #wake(): void {
    this.#connection.wake();
    this.#gates.wake();
  }

  /** Over for good; but for the poll, where the room doesn't let this page in. */
  #end(verdict: Verdict): void {
    this.#over = verdict;
    this.#reason = verdict.reason;
    this.#connection.close();
    this.#tabs?.close();
    this.#asking.stop();
    this.presence.clear();
    if (verdict.forgets) this.#picture.forget();
    else this.#picture.lost();
    if (!this.#mayPoll) this.#offWake?.();
    this.#show();
  }

  get #mayPoll(): boolean {
    return (this.#over ? this.#over.polls === true : true) && this.#picture.mayPoll;
  }

  get #status(): Status {
    if (this.#picture.isLive) return "live";
    if (this.#gates.isRunning || this.#picture.isGoingOver) return "fallback";
    return this.#over && (!this.#over.polls || this.#gates.isEmpty) ? "closed" : "connecting";
  }

  /** Stops or starts the poll first: it never runs while what is shown is live. */
  #show(): void {
    if (this.#picture.isLive) this.#outSince = this.#reason = undefined;
    else this.#outSince ??= performance.now();
    this.#gates.update();
    const { entities, known, cursor } = this.#picture;
    this.#store.show({
      status: this.#status,
      ...(this.#reason ? { reason: this.#reason } : {}),
      ...known,
      ...(cursor ? { cursor } : {}),
      entities,
    });
  }
}

function isSame(a: Owner, b: Owner): boolean {
  return a.sid === b.sid && a.role === b.role && a.sub === b.sub;
}
