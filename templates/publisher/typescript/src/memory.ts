/** Publishes that wait in this process's memory. */
import type { Published } from "./answers.ts";
import { MAX_CHANGES } from "./changes.ts";
import { byteLength } from "./encoding.ts";
import { QueueFullError, RefusedError, type Refusal } from "./errors.ts";
import { waiting, type Source, type Waiting } from "./lane.ts";

interface Queued extends Waiting {
  readonly size: number;
  readonly resolve: (result: Published) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

/** Publishes of all sessions, each with someone who waits for its end. */
export class MemoryQueue {
  readonly #most: number;
  readonly #lines = new Map<string, Queued[]>();
  #size = 0;
  #ids = 0;

  /** @param most bytes that may wait, over all sessions. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Queues a publish; the promise ends with its delivery, or when the signal aborts.
   *
   * @throws {@link QueueFullError}: nothing was queued.
   */
  add(session: string, text: string, signal: AbortSignal | undefined): Promise<Published> {
    signal?.throwIfAborted();
    const size = byteLength(text);
    if (this.#size + size > this.#most) {
      throw new QueueFullError(
        `${this.#size} bytes of publishes wait for the room, at most ${this.#most} may; ` +
          "this one was not queued",
      );
    }
    this.#size += size;
    return new Promise((resolve, reject) => {
      const publish: Queued = {
        ...waiting(this.#ids++, text),
        size,
        resolve: (result) => end(() => resolve(result)),
        reject: (error) => end(() => reject(error)),
        settled: false,
      };
      const give = (): void => publish.reject(signal?.reason);
      const end = (tell: () => void): void => {
        if (!publish.settled) tell();
        publish.settled = true;
        signal?.removeEventListener("abort", give);
      };
      signal?.addEventListener("abort", give);
      const line = this.#lines.get(session);
      if (line) line.push(publish);
      else this.#lines.set(session, [publish]);
    });
  }

  /** The publishes of one session. */
  source(session: string): Source {
    return {
      take: async () => this.#first(session),
      stillMine: async () => true,
      done: async (publishes, results) => {
        publishes.forEach((publish, place) => (publish as Queued).resolve(results[place]!));
      },
      setAside: async (publish, refusal: Refusal) => {
        (publish as Queued).reject(new RefusedError(refusal));
      },
    };
  }

  /** Whether any publish of this session waits. */
  has(session: string): boolean {
    return this.#first(session).length > 0;
  }

  /** Tells everyone who waits, for this session or all, that it won't be delivered. */
  fail(error: unknown, session?: string): void {
    for (const [name, line] of this.#lines) {
      if (session !== undefined && name !== session) continue;
      for (const publish of line) publish.reject(error);
      this.#first(name);
    }
  }

  /** The first publishes of a session; those that nobody waits for any more are dropped. */
  #first(session: string): Queued[] {
    const line = this.#lines.get(session) ?? [];
    const gone = line.filter(({ settled }) => settled);
    for (const { size } of gone) this.#size -= size;
    const rest = gone.length > 0 ? line.filter(({ settled }) => !settled) : line;
    if (rest.length > 0) this.#lines.set(session, rest);
    else this.#lines.delete(session);
    return rest.slice(0, MAX_CHANGES);
  }
}
