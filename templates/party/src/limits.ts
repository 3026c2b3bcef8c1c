/**
 * What a room takes, and what it keeps: change it here, and nowhere else.
 *
 * `docs/protocol.md` in vttsync tells clients and publishers about these.
 */
export const LIMITS = {
  /** A publish: bytes of its body, changes in it, levels of nesting. */
  bodyBytes: 1024 * 1024,
  changes: 500,
  depth: 32,
  /** One row as JSON, in bytes. SQLite on Durable Objects takes 2 MB. */
  rowBytes: 256 * 1024,
  /** One frame to a client, in bytes: clients' libraries stop at 1 MiB (Python's websockets). */
  frameBytes: 512 * 1024,
  /** What a client may send: bytes of a message, of a presence; messages and bytes a second. */
  clientMessageBytes: 16 * 1024,
  presenceBytes: 1024,
  messages: { perSecond: 20, burst: 60 },
  bytes: { perSecond: 32 * 1024, burst: 128 * 1024 },
  resumes: { perSecond: 0.5, burst: 5 },
  /** Bytes sent to a client that has said nothing since: then it has to ask for more. */
  windowBytes: 1024 * 1024,
  /** Frames of deltas to each client; what is published faster comes together. */
  deltas: { perSecond: 20, burst: 20 },
  /** Sockets of one user, and of the whole room (Cloudflare: 32,768). */
  userSockets: 8,
  sockets: 10_000,
  /** Publishes that a client can catch up on, and bytes of each that are kept for it. */
  ringRows: 256,
  ringRowBytes: 16 * 1024,
  /** Rows kept in memory: as many as can be 256 KiB without filling an object's 128 MB. */
  recentRows: 200,
  /** Idempotency keys, and for how many hours. */
  requests: 1000,
  requestHours: 24,
} as const;

/** How often presence is told, in ms. */
export const PRESENCE_TICK = 50;

/** Days without a publish or a client after which a room forgets itself, unless set otherwise. */
export const FORGET_AFTER_DAYS = 30;
