/** What a session needs of a browser, for tests: with tabs that freeze, and time to look away. */
import { BroadcastChannel as Channel } from "node:worker_threads";
import type { Surroundings } from "../../src/surroundings.ts";
import type { FakeRoom } from "./room.ts";
import type { Network } from "./socket.ts";

/** One page's surroundings. */
export class Page implements Surroundings {
  readonly WebSocket: new (url: string) => WebSocket;
  readonly locks: Surroundings["locks"];
  readonly BroadcastChannel: Surroundings["BroadcastChannel"];
  readonly isPage = true;
  isHidden = false;
  isOffline = false;
  /** What random() gives: 0.5 is the middle of every wait. */
  chance: () => number = () => 0.5;
  readonly #listeners = new Set<() => void>();

  constructor(network: Network, sharing: Partial<Pick<Surroundings, "locks" | "BroadcastChannel">> = {}) {
    this.WebSocket = network.WebSocket;
    this.locks = sharing.locks;
    this.BroadcastChannel = sharing.BroadcastChannel;
  }

  random(): number {
    return this.chance();
  }

  isAway(): boolean {
    return this.isHidden || this.isOffline;
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Somebody looks, or the network is back. */
  wake(): void {
    this.isHidden = this.isOffline = false;
    for (const listener of this.#listeners) listener();
  }
}

/** A page among others of one browser, which the browser can freeze and thaw. */
export class Tab extends Page {
  readonly network: Network;
  readonly #ice: Ice;

  constructor(network: Network, locks: FakeLocks) {
    const ice = new Ice();
    super(network, { locks: locks.of(ice), BroadcastChannel: channelOf(ice) });
    this.network = network;
    this.#ice = ice;
  }

  /** Nothing runs in this page any more, while its socket and its lock stay. */
  freeze(): void {
    this.network.isFrozen = true;
    this.#ice.freeze();
  }

  /** What other tabs say to this one is lost. */
  deafen(): void {
    this.#ice.isDeaf = true;
  }

  /** Everything runs that has waited. */
  thaw(): void {
    this.network.isFrozen = false;
    this.#ice.thaw();
  }
}

/** One browser's tabs. */
export class Browser {
  readonly locks = new FakeLocks();

  tab(room: FakeRoom): Tab {
    return new Tab(room.reach(), this.locks);
  }
}

/** Holds back what happens in a frozen page. */
class Ice {
  isDeaf = false;
  #held: (() => void)[] | undefined;

  freeze(): void {
    this.#held ??= [];
  }

  thaw(): void {
    this.isDeaf = false;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  do(act: () => void): void {
    if (this.#held) this.#held.push(act);
    else act();
  }
}

/** Node's BroadcastChannel, for a page that can freeze. */
function channelOf(ice: Ice): new (name: string) => BroadcastChannel {
  const Frozen = class extends EventTarget {
    readonly #channel: Channel;

    constructor(name: string) {
      super();
      this.#channel = new Channel(name);
      this.#channel.onmessage = (event) => {
        if (ice.isDeaf) return;
        const { data } = event as { data: unknown };
        ice.do(() => this.dispatchEvent(new MessageEvent("message", { data })));
      };
    }

    postMessage(message: unknown): void {
      ice.do(() => this.#channel.postMessage(message));
    }

    close(): void {
      this.#channel.close();
    }
  };
  return Frozen as unknown as new (name: string) => BroadcastChannel;
}

interface Request {
  readonly ice: Ice;
  readonly callback: (lock: Lock | null) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The browser's LockManager: exclusive locks, `ifAvailable`, `steal` and `signal`. */
export class FakeLocks {
  /** As in a frame without an origin of its own. */
  isRefused = false;
  readonly #held = new Map<string, Request>();
  readonly #queues = new Map<string, Request[]>();

  /** As one page has it. */
  of(ice: Ice): Pick<LockManager, "request"> {
    const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
      new Promise((resolve, reject) => {
        this.#request(name, options, { ice, callback, resolve, reject });
      });
    return { request } as Pick<LockManager, "request">;
  }

  /** How many hold a lock, or wait for one. */
  get size(): number {
    return this.#held.size + [...this.#queues.values()].flat().length;
  }

  #request(name: string, { ifAvailable, steal, signal }: LockOptions, request: Request): void {
    if (this.isRefused) {
      request.reject(new DOMException("no locks here", "SecurityError"));
      return;
    }
    if (signal?.aborted) {
      request.reject(signal.reason);
      return;
    }
    const holder = this.#held.get(name);
    if (ifAvailable && holder) {
      queueMicrotask(() => request.resolve(request.callback(null)));
      return;
    }
    if (steal && holder) {
      this.#held.delete(name);
      holder.ice.do(() => holder.reject(new DOMException("stolen", "AbortError")));
      this.#grant(name, request);
      return;
    }
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, [...queue, request]);
    signal?.addEventListener("abort", () => {
      const now = this.#queues.get(name) ?? [];
      if (!now.includes(request)) return;
      this.#queues.set(name, now.filter((one) => one !== request));
      request.reject(signal.reason);
    });
    this.#next(name);
  }

  #next(name: string): void {
    const [first, ...others] = this.#queues.get(name) ?? [];
    if (!first || this.#held.has(name)) return;
    this.#queues.set(name, others);
    this.#grant(name, first);
  }

  #grant(name: string, request: Request): void {
    this.#held.set(name, request);
    const lock = { name, mode: "exclusive" } as Lock;
    request.ice.do(() => {
      queueMicrotask(() => {
        void Promise.resolve(request.callback(lock)).then((value) => {
          request.resolve(value);
          if (this.#held.get(name) !== request) return;
          this.#held.delete(name);
          this.#next(name);
        });
      });
    });
  }
}
