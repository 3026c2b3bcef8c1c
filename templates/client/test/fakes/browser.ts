/** What a session needs of a browser, for tests: with tabs that freeze, and time to look away. */
import type { Surroundings } from "../../src/surroundings.ts";
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
