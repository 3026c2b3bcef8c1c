/**
 * Every message of wire protocol version 1, as zod schemas: the one source of truth.
 *
 * `protocol.schema.json` is generated from here (`npm run schema`).
 */
import * as z from "zod";
import { entityKey as key, KIND_NAMES, kinds, presenceKinds, ROLES, userId } from "./kinds.ts";
import type { KindName, PresenceName } from "./kinds.ts";
import { LIMITS } from "./limits.ts";

export const PROTOCOL = 1;

/** Websocket close codes of this protocol; 4000-4999 is the range left to applications. */
export const CLOSE = {
  internal: 1011,
  unauthorized: 4401,
  forbidden: 4403,
  deleted: 4404,
  replaced: 4409,
  tooLarge: 4413,
  tooMuch: 4429,
} as const;

export const SESSION_NAME = /^[A-Za-z0-9_-]{1,128}$/;

export const role = z.enum(ROLES);
const audience = z
  .string()
  .regex(new RegExp(`^(${ROLES.join("|")}|user:[\\s\\S]{1,128})$`))
  .describe("a role, or user:<id> for a player who owns something");
const kind = z.enum(KIND_NAMES);
const rev = z.int().min(0).describe("version of the database row");
const seq = z.int().min(0).describe("place in the audience's stream");
const epoch = z.string().min(1).describe("opaque: names one life of one stream");
const version = z.string().describe("id of the deployed Worker version");
const jsonObject = z.record(z.string(), z.unknown());
const seqs = z.record(audience, seq);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/).describe("of RFC 8785 canonical JSON");

const expected = jsonObject.describe("fields that the stored row must have; null: must not have");

function putOf(name: KindName) {
  return z.strictObject({
    op: z.literal("put"),
    kind: z.literal(name),
    key,
    rev,
    value: kinds[name].row,
    expect: expected.optional(),
  });
}

const [firstKind, ...otherKinds] = KIND_NAMES;
const put = z.discriminatedUnion("kind", [putOf(firstKind), ...otherKinds.map(putOf)]);
const patch = z
  .strictObject({
    op: z.literal("patch"),
    kind,
    key,
    rev,
    base: rev,
    value: jsonObject,
    expect: expected.optional(),
  })
  .refine((change) => change.base < change.rev, { path: ["base"], error: "must be below rev" });
const del = z.strictObject({ op: z.literal("del"), kind, key, rev });

export const publishChange = z.discriminatedUnion("op", [put, patch, del]);
export const publishBody = z.strictObject({
  changes: z.array(publishChange).min(1).max(LIMITS.changes),
});

const rowVersion = z.strictObject({ kind, key, rev });
export const publishResult = z.strictObject({
  applied: z.array(rowVersion),
  duplicates: z.array(rowVersion).describe("rev was not above the stored one: nothing was done"),
  seq: seqs.describe("each audience's seq after this request"),
});

export const kickBody = z.union([
  z.strictObject({ user: userId }),
  z.strictObject({ all: z.literal(true) }),
]);
export const kickResult = z.strictObject({ closed: z.int().min(0).describe("sockets closed") });

export const ERROR_CODES = [
  "bad_change",
  "bad_request",
  "bad_ticket",
  "base_mismatch",
  "expect_mismatch",
  "idempotency_mismatch",
  "internal",
  "method_not_allowed",
  "not_found",
  "revoked",
  "too_large",
  "unauthorized",
  "upgrade_required",
  "wrong_origin",
  "wrong_session",
] as const;
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    change: z.int().min(0).optional().describe("index into changes"),
    path: z.string().optional().describe("JSON Pointer (RFC 6901) into the request body"),
    stored: rev.nullable().optional().describe("base_mismatch: the row's rev, null without a row"),
    found: jsonObject.optional().describe("expect_mismatch: the same fields as they are stored"),
  }),
});

export const health = z.strictObject({
  protocol: z.literal(PROTOCOL),
  version,
  tag: z.string().describe("tag of the deployed version, or empty"),
});

const count = z.int().min(0);
export const counters = z.strictObject({
  since: z.iso.datetime().describe("when the object woke: the counts begin there"),
  connections: count.describe("open now"),
  publishes: count,
  deltas: count.describe("frames built, each sent to a whole audience"),
  snapshots: count.describe("sent"),
  resyncs: count.describe("clients told what they had missed, or that asked for it"),
  refusals: count.describe("requests and sockets refused, and sockets closed for their conduct"),
  bytes: count.describe("of frames sent to clients"),
});
export const sessionHealth = z.strictObject({
  protocol: z.literal(PROTOCOL),
  version: version.describe("id of the Worker version that the object runs"),
  epoch: epoch.describe("the room's own; a stream's epoch is this, a dot and its audience"),
  seq: seqs,
  counters,
});

/** What a ticket (JWT, HS256) must claim. */
export const ticketClaims = z.object({
  aud: z.literal("vttsync"),
  sid: z.string().describe("session"),
  role,
  sub: userId.describe("user id; told to other clients with presence"),
  iat: z.number(),
  exp: z.number(),
});

export const entity = z.strictObject({ kind, key, value: jsonObject });
export const snapshotAnswer = z.strictObject({
  epoch,
  seq,
  audience,
  entities: z.array(entity),
});
export const digestAnswer = z.strictObject({ epoch, seq, audience, sha256 });
export const digestsAnswer = z.strictObject({
  epoch: epoch.describe("the room's own"),
  digests: z.record(audience, z.strictObject({ seq, sha256 })),
});

export const hello = z.strictObject({
  type: z.literal("hello"),
  protocol: z.literal(PROTOCOL),
  version,
  epoch,
  seq: seq.describe("where the stream stands"),
  audience,
});
export const snapshot = z.strictObject({
  type: z.literal("snapshot"),
  epoch,
  seq,
  part: z.int().min(1),
  parts: z.int().min(1),
  entities: z.array(entity),
});
export const viewChange = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("put"), kind, key, value: jsonObject }),
  z.strictObject({ op: z.literal("patch"), kind, key, value: jsonObject }),
  z.strictObject({ op: z.literal("del"), kind, key }),
]);
export const delta = z.strictObject({
  type: z.literal("delta"),
  epoch,
  from: seq.optional().describe("first seq that it covers, where that isn't `seq`"),
  seq,
  changes: z.array(viewChange),
});
export const stale = z.strictObject({ type: z.literal("stale") });

const presenceKind = z.enum(Object.keys(presenceKinds) as [PresenceName]);
export const presenceItem = z.strictObject({
  user: userId,
  role,
  kind: presenceKind,
  value: jsonObject.nullable().describe("null: gone"),
  ttl: z.int().min(1).optional().describe("ms; forget it then"),
});
export const presence = z.strictObject({
  type: z.literal("presence"),
  items: z.array(presenceItem).min(1),
});
export const ROOM_ERROR_CODES = [
  "bad_message",
  "bad_ticket",
  "full",
  "internal",
  "replaced",
  "revoked",
  "too_fast",
  "too_large",
  "wrong_origin",
  "wrong_session",
] as const;
export const roomError = z.strictObject({
  type: z.literal("error"),
  code: z.enum(ROOM_ERROR_CODES),
  message: z.string(),
});
export const serverFrame = z.discriminatedUnion("type", [
  hello,
  snapshot,
  delta,
  stale,
  presence,
  roomError,
]);

export const cursor = z.strictObject({
  epoch: z.string().max(256).describe("as it came; empty from a client that has nothing yet"),
  seq,
});
const resume = z.strictObject({ type: z.literal("resume"), ...cursor.shape });
function presenceOf(name: PresenceName) {
  return z.strictObject({
    type: z.literal("presence"),
    kind: z.literal(name),
    value: presenceKinds[name].value.nullable(),
  });
}
const presenceNames = Object.keys(presenceKinds) as [PresenceName, ...PresenceName[]];
const [firstPresence, ...otherPresences] = presenceNames;
export const clientFrame = z.union([
  resume,
  z.discriminatedUnion("kind", [presenceOf(firstPresence), ...otherPresences.map(presenceOf)]),
]);

export type PublishChange = z.infer<typeof publishChange>;
export type PublishResult = z.infer<typeof publishResult>;
export type RowVersion = z.infer<typeof rowVersion>;
export type ErrorBody = z.infer<typeof errorBody>;
export type ErrorCode = (typeof ERROR_CODES)[number];
export type RoomErrorCode = (typeof ROOM_ERROR_CODES)[number];
export type TicketClaims = z.infer<typeof ticketClaims>;
export type Entity = z.infer<typeof entity>;
export type ViewChange = z.infer<typeof viewChange>;
export type ServerFrame = z.infer<typeof serverFrame>;
export type ClientFrame = z.infer<typeof clientFrame>;
export type PresenceItem = z.infer<typeof presenceItem>;
export type Cursor = z.infer<typeof cursor>;
export type Counters = z.infer<typeof counters>;
