/** Who is connected, sorted by who may see the same things. */
import type { Counters } from "./counters.ts";
import type { Audience } from "./kinds.ts";
import { CLOSE } from "./protocol.ts";
import { byteLength, frame, tryClose, type Seat } from "./seat.ts";

/** Every seat of a room. Kept in memory, and filled again after hibernation. */
export class Sockets {
  readonly #counters: Counters;
  readonly #seats = new Map<object, Seat>();
  readonly #audiences = new Map<Audience, Set<Seat>>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** How many there are. */
  get size(): number {
    return this.#seats.size;
  }

  /** The audiences that have someone in them. */
  audiences(): Audience[] {
    return [...this.#audiences.keys()];
  }

  /** Whether someone is in an audience. */
  has(audience: Audience): boolean {
    return this.#audiences.has(audience);
  }

  /** The seat of a socket; undefined once it is gone. */
  of(socket: object): Seat | undefined {
    return this.#seats.get(socket);
  }

  /** A user's seats, the oldest first. @param user undefined: everybody's. */
  ofUser(user?: string): Seat[] {
    const seats = [...this.#seats.values()];
    return user === undefined ? seats : seats.filter(({ client }) => client.sub === user);
  }

  /** Takes a seat in. */
  add(seat: Seat): void {
    this.#seats.set(seat.socket, seat);
    this.#sort(seat);
  }

  /** Takes a seat out of its audience, which tells it nothing more. */
  lift(seat: Seat): void {
    this.#unsort(seat);
  }

  /** Puts a seat into another audience. */
  move(seat: Seat, audience: Audience): void {
    this.#unsort(seat);
    seat.audience = audience;
    this.#sort(seat);
  }

  /** Forgets a socket; gives the seat it had. */
  remove(socket: object): Seat | undefined {
    const seat = this.#seats.get(socket);
    if (!seat) return undefined;
    this.#seats.delete(socket);
    this.#unsort(seat);
    return seat;
  }

  /**
   * Sends frames to an audience: the same texts to all, and nothing in between.
   *
   * A client that may be reading too slowly is told so, and gets no more until it asks.
   */
  tell(audience: Audience, texts: readonly string[]): void {
    const sizes = texts.map(byteLength);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    for (const seat of this.#audiences.get(audience) ?? []) {
      if (seat.isStale) continue;
      texts.forEach((text, index) => this.#send(seat, text, sizes[index] ?? 0));
      if (seat.count(bytes)) this.answer(seat, frame({ type: "stale" }));
    }
  }

  /** Sends a frame that a client asked for, which doesn't count as one too many. */
  answer(seat: Seat, text: string): void {
    this.#send(seat, text, byteLength(text));
  }

  /** A socket that can't be written to must not keep the others from being told. */
  #send(seat: Seat, text: string, bytes: number): void {
    try {
      seat.socket.send(text);
      this.#counters.bytes += bytes;
    } catch {
      this.remove(seat.socket);
      tryClose(seat.socket, CLOSE.internal, "could not be written to");
    }
  }

  #sort(seat: Seat): void {
    const seats = this.#audiences.get(seat.audience) ?? new Set();
    this.#audiences.set(seat.audience, seats.add(seat));
  }

  #unsort(seat: Seat): void {
    const seats = this.#audiences.get(seat.audience);
    seats?.delete(seat);
    if (seats?.size === 0) this.#audiences.delete(seat.audience);
  }
}
