/**
 * Every message of wire protocol version 1, as zod schemas: the one source of truth.
 *
 * `protocol.schema.json` is generated from here (`npm run schema`).
 */
import * as z from "zod";
import { AUDIENCES, entityKey as key, KIND_NAMES, kinds, type KindName } from "./kinds.ts";

export const PROTOCOL = 1;

/** Limits that both sides must know. `depth`: levels of nesting in a publish body. */
export const LIMITS = {
  bodyBytes: 1024 * 1024,
  changes: 500,
  clientMessageBytes: 16 * 1024,
  depth: 32,
} as const;

/** Websocket close codes of this protocol; 4000-4999 is the range left to applications. */
export const CLOSE = {
  internal: 1011,
  badTicket: 4401,
  wrongSession: 4403,
  deleted: 4404,
  tooLarge: 4413,
} as const;

export const SESSION_NAME = /^[A-Za-z0-9_-]{1,128}$/;

export const audience = z.enum(AUDIENCES);
const kind = z.enum(KIND_NAMES);
const rev = z.int().min(0).describe("version of the database row");
const seqNumber = z.int().min(0).describe("place in the audience's stream");
const epoch = z.string().min(1);
const version = z.string().describe("id of the deployed Worker version");
const jsonObject = z.record(z.string(), z.unknown());
const seq = z.strictObject({
  gm: seqNumber,
  player: seqNumber,
  spectator: seqNumber,
  display: seqNumber,
});

function putOf(name: KindName) {
  return z.strictObject({
    op: z.literal("put"),
    kind: z.literal(name),
    key,
    rev,
    value: kinds[name].row,
  });
}

const [firstKind, ...otherKinds] = KIND_NAMES;
const put = z.discriminatedUnion("kind", [putOf(firstKind), ...otherKinds.map(putOf)]);
const patch = z
  .strictObject({ op: z.literal("patch"), kind, key, rev, base: rev, value: jsonObject })
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
  seq: seq.describe("each audience's seq after this request"),
});

export const ERROR_CODES = [
  "bad_change",
  "base_mismatch",
  "internal",
  "method_not_allowed",
  "not_found",
  "too_large",
  "unauthorized",
  "upgrade_required",
] as const;
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    change: z.int().min(0).optional().describe("index into changes"),
    path: z.string().optional().describe("JSON Pointer (RFC 6901) into the request body"),
    stored: rev.nullable().optional().describe("base_mismatch: the row's rev, null without a row"),
  }),
});

export const health = z.strictObject({
  protocol: z.literal(PROTOCOL),
  version,
  tag: z.string().describe("tag of the deployed version, or empty"),
});
export const sessionHealth = z.strictObject({
  protocol: z.literal(PROTOCOL),
  version: version.describe("id of the Worker version that the object runs"),
  epoch,
  seq,
});

/** What a ticket (JWT, HS256) must claim. */
export const ticketClaims = z.object({
  aud: z.literal("vttsync"),
  sid: z.string().describe("session"),
  role: audience,
  sub: z.string().min(1).max(256).describe("user id"),
  iat: z.number(),
  exp: z.number(),
});

export const hello = z.strictObject({
  type: z.literal("hello"),
  protocol: z.literal(PROTOCOL),
  version,
  epoch,
  audience,
});
export const snapshot = z.strictObject({
  type: z.literal("snapshot"),
  epoch,
  seq: seqNumber,
  entities: z.array(z.strictObject({ kind, key, value: jsonObject })),
});
export const viewChange = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("put"), kind, key, value: jsonObject }),
  z.strictObject({ op: z.literal("patch"), kind, key, value: jsonObject }),
  z.strictObject({ op: z.literal("del"), kind, key }),
]);
export const delta = z.strictObject({
  type: z.literal("delta"),
  epoch,
  seq: seqNumber,
  changes: z.array(viewChange).min(1),
});
export const ROOM_ERROR_CODES = [
  "bad_ticket",
  "internal",
  "too_large",
  "unsupported",
  "wrong_session",
] as const;
export const roomError = z.strictObject({
  type: z.literal("error"),
  code: z.enum(ROOM_ERROR_CODES),
  message: z.string(),
});
export const serverFrame = z.discriminatedUnion("type", [hello, snapshot, delta, roomError]);

export type Seq = z.infer<typeof seq>;
export type PublishChange = z.infer<typeof publishChange>;
export type PublishResult = z.infer<typeof publishResult>;
export type RowVersion = z.infer<typeof rowVersion>;
export type ErrorBody = z.infer<typeof errorBody>;
export type ErrorCode = (typeof ERROR_CODES)[number];
export type RoomErrorCode = (typeof ROOM_ERROR_CODES)[number];
export type TicketClaims = z.infer<typeof ticketClaims>;
export type ViewChange = z.infer<typeof viewChange>;
export type ServerFrame = z.infer<typeof serverFrame>;
