/**
 * One socket for all tabs of one user in one role: the tab that holds a lock has it, and passes on
 * what comes to the others, which ask it in turn. When it goes, its lock goes to the next.
 */
import type { Ears } from "./connection.ts";
import type { ClientFrame, Cursor, ServerFrame } from "./protocol.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Owner } from "./ticket.ts";
import type { Reason } from "./types.ts";
import type { Verdict } from "./waits.ts";

/** Another, whenever tabs tell each other something else: a page from before a deploy stays apart. */
const DIALECT = "vttsync 1";
/** How often the leader is asked for a sign of life, in ms, and how many may go unanswered. */
const EVERY = 5_000;
const UNANSWERED = 3;
/** Followers that miss their leader wait up to so long, in ms: one will do. */
const SPREAD = 2_000;

/** What tabs tell each other; `from` is the tab's own id. */
type Telling =
  // the leader
  | { readonly type: "lead" }
  | { readonly type: "dialing" }
  | { readonly type: "heard"; readonly frame: ServerFrame | "garbled" }
  | { readonly type: "lost"; readonly reason: Reason }
  | { readonly type: "here"; readonly to: string; readonly standing: Standing }
  | { readonly type: "still"; readonly cursor: Cursor | undefined }
  // a follower
  | { readonly type: "join" }
  | { readonly type: "ask" }
  | { readonly type: "say"; readonly frame: ClientFrame };
type Told = Telling & { readonly from: string };

/** How it stands with a session: all that another tab needs to show the same. */
export interface Standing {
  readonly frames: readonly ServerFrame[];
  /** Why there is no connection; undefined when there is. */
  readonly lost: Reason | undefined;
}

/** What tabs need of the session in this tab. */
export interface Tab extends Sharing {
  readonly ears: Ears;
  random(): number;
  cursor(): Cursor | undefined;
  standing(): Standing;
  /** Another tab wants this sent. */
  say(frame: ClientFrame): void;
  /** Another tab is awake, which this one may not be. */
  nudged(): void;
  /** Another tab leads now. */
  deposed(): void;
}

/** What a browser must have for tabs to share. */
export interface Sharing {
  readonly locks: NonNullable<Surroundings["locks"]>;
  readonly BroadcastChannel: NonNullable<Surroundings["BroadcastChannel"]>;
}

/** This tab among the others. It follows until it leads. */
export class Tabs {
  readonly #tab: Tab;
  readonly #id = crypto.randomUUID();
  #name: string | undefined;
  #channel: BroadcastChannel | undefined;
  #release: (() => void) | undefined;
  /** Whom this tab follows. */
  #leader: string | undefined;
  #hasFollowers = false;
  #unanswered = 0;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  /** Whether this tab has the socket. */
  get leads(): boolean {
    return this.#release !== undefined;
  }

  /** Waits until this tab leads; `later` when it had to follow first. */
  async admit(place: string, { role, sub }: Owner, signal: AbortSignal): Promise<"now" | "later"> {
    // Only who would be told the same may share: a gm's tab and a player's never do.
    const name = `${DIALECT} ${JSON.stringify([place, role, sub])}`;
    if (name !== this.#name) this.#enter(name);
    if (this.leads || (await this.#hold({ ifAvailable: true }))) return this.#lead("now");
    this.#tell({ type: "join" });
    await this.#follow(signal);
    return this.#lead("later");
  }

  /** What the session in this tab hears as leader, for the others too. */
  readonly ears: Ears = {
    dialing: (when) => {
      this.#pass({ type: "dialing" });
      this.#tab.ears.dialing(when);
    },
    heard: (frame) => {
      this.#pass({ type: "heard", frame });
      this.#tab.ears.heard(frame);
    },
    lost: (reason) => {
      this.#pass({ type: "lost", reason });
      this.#tab.ears.lost(reason);
    },
    // The others find out for themselves: the lock goes to the next.
    ended: (verdict: Verdict) => this.#tab.ears.ended(verdict),
  };

  /** Has the leader send this; `missed` asks it for how it stands. */
  ask(frame: ClientFrame | "missed"): void {
    this.#tell(frame === "missed" ? { type: "join" } : { type: "say", frame });
  }

  /** Leaves the others: the next one leads. */
  close(): void {
    this.#name = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    this.#leader = undefined;
    this.#hasFollowers = false;
    this.#release?.();
    this.#release = undefined;
  }

  #enter(name: string): void {
    this.close();
    this.#name = name;
    this.#channel = new this.#tab.BroadcastChannel(name);
    this.#channel.addEventListener("message", ({ data }) => this.#heard(data as Told));
  }

  #lead(when: "now" | "later"): "now" | "later" {
    this.#leader = undefined;
    this.#hasFollowers ||= when === "later";
    this.#tell({ type: "lead" });
    return when;
  }

  /** Follows until the lock is this tab's: given up by the leader, or taken from one that is mute. */
  async #follow(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const end = new AbortController();
    const stop = () => end.abort();
    signal.addEventListener("abort", stop, { once: true });
    this.#unanswered = 0;
    const watch = setInterval(() => this.#watch(end), EVERY);
    try {
      await this.#hold({ signal: end.signal }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return this.#hold({ steal: true });
      });
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Asks the leader whether it is there; gives up queueing when it isn't. */
  #watch(end: AbortController): void {
    this.#tell({ type: "ask" });
    this.#unanswered += 1;
    if (this.#unanswered !== UNANSWERED + 1) return;
    setTimeout(() => {
      if (this.#unanswered > UNANSWERED) end.abort();
    }, this.#tab.random() * SPREAD);
  }

  /** Holds the lock until it is released, or stolen. False where it isn't to be had. */
  #hold(options: LockOptions): Promise<boolean> {
    const name = this.#name;
    return new Promise((resolve, reject) => {
      let release: (() => void) | undefined;
      const held = (lock: Lock | null): Promise<void> | undefined => {
        const isWanted = lock !== null && this.#name === name;
        resolve(isWanted);
        if (!isWanted) return undefined;
        return new Promise((done) => (this.#release = release = done));
      };
      this.#tab.locks.request(name ?? "", options, held).catch((error: unknown) => {
        reject(error as Error);
        if (!release || this.#release !== release) return;
        this.#release = undefined;
        this.#tab.deposed();
      });
    });
  }

  #heard(told: Told): void {
    if (this.leads) this.#answer(told);
    else if (told.type === "lead") this.#change(told.from);
    else if (told.type === "here") this.#learn(told.from, told.to, told.standing);
    else if (told.from === this.#leader) this.#obey(told);
    // A leader that didn't lead yet when this tab asked.
    else if (told.type === "still") this.#tell({ type: "join" });
  }

  /** As leader. */
  #answer(told: Told): void {
    if (told.type === "say") this.#tab.say(told.frame);
    if (told.type !== "join" && told.type !== "ask") return;
    this.#hasFollowers = true;
    if (told.type === "ask") this.#tell({ type: "still", cursor: this.#tab.cursor() });
    else this.#tell({ type: "here", to: told.from, standing: this.#tab.standing() });
    this.#tab.nudged();
  }

  /** As follower, from the leader. */
  #obey(told: Told): void {
    this.#unanswered = 0;
    const { ears } = this.#tab;
    if (told.type === "dialing") ears.dialing("now");
    else if (told.type === "heard") ears.heard(told.frame);
    else if (told.type === "lost") ears.lost(told.reason);
    else if (told.type === "still" && !isSame(told.cursor, this.#tab.cursor())) this.#tell({ type: "join" });
  }

  /** Another tab leads now, and is about to connect. */
  #change(leader: string): void {
    this.#unanswered = 0;
    this.#leader = leader;
    this.#tab.ears.lost({ code: "handed_over", message: "another tab of this browser connects" });
  }

  /** How it stands, from the leader: asked for by this tab, or by another that follows. */
  #learn(leader: string, to: string, { frames, lost }: Standing): void {
    if (to !== this.#id) return;
    const { ears } = this.#tab;
    this.#unanswered = 0;
    if (leader !== this.#leader) ears.dialing("before");
    this.#leader = leader;
    for (const frame of frames) ears.heard(frame);
    if (lost) ears.lost(lost);
  }

  /** As leader, to those who follow. */
  #pass(telling: Telling): void {
    if (this.leads && this.#hasFollowers) this.#tell(telling);
  }

  #tell(telling: Telling): void {
    this.#channel?.postMessage({ ...telling, from: this.#id } satisfies Told);
  }
}

function isSame(a: Cursor | undefined, b: Cursor | undefined): boolean {
  return a?.epoch === b?.epoch && a?.seq === b?.seq;
}
