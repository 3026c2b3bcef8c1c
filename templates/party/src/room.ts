/** An awake room: what answers its requests has to work with. */
import type { Connection } from "partyserver";
import type { Counters } from "./counters.ts";
import type { Presence } from "./presence.ts";
import type { RoomErrorCode } from "./protocol.ts";
import type { Client } from "./seat.ts";
import type { Sockets } from "./sockets.ts";
import type { Store } from "./store.ts";
import type { Streams } from "./streams.ts";

/** The parts of a room, which its object puts together when it wakes. */
export interface Room {
  /** The session's name. */
  readonly name: string;
  /** The id of the Worker version that it runs. */
  readonly version: string;
  readonly store: Store;
  readonly streams: Streams;
  readonly presence: Presence;
  readonly sockets: Sockets;
  readonly counters: Counters;
  /** Tells a client why, and closes its socket. */
  end(socket: Connection<Client>, code: RoomErrorCode, message: string): void;
}
