/** The JSON Schema of the protocol, made from the zod schemas. */
import * as z from "zod";
import { entityKey, kinds, presenceKinds, type Kind } from "../src/kinds.ts";
import * as protocol from "../src/protocol.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

const messages = {
  PublishBody: protocol.publishBody,
  PublishChange: protocol.publishChange,
  PublishResult: protocol.publishResult,
  ErrorBody: protocol.errorBody,
  KickBody: protocol.kickBody,
  KickResult: protocol.kickResult,
  Health: protocol.health,
  SessionHealth: protocol.sessionHealth,
  TicketClaims: protocol.ticketClaims,
  SnapshotAnswer: protocol.snapshotAnswer,
  DigestAnswer: protocol.digestAnswer,
  DigestsAnswer: protocol.digestsAnswer,
  Entity: protocol.entity,
  Cursor: protocol.cursor,
  Hello: protocol.hello,
  Snapshot: protocol.snapshot,
  Delta: protocol.delta,
  Stale: protocol.stale,
  Presence: protocol.presence,
  PresenceItem: protocol.presenceItem,
  ViewChange: protocol.viewChange,
  RoomError: protocol.roomError,
  ServerFrame: protocol.serverFrame,
  ClientFrame: protocol.clientFrame,
};

/** What a kind's definition is called: `token`'s row is `TokenRow`. */
function nameOf(kind: string, what: "Row" | "View"): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}${what}`;
}

/** What audiences see of a row: the fields that some of them don't see may be missing. */
function viewOf({ row, onlyFor = {}, refs = {}, derived = {} }: Kind): z.ZodObject {
  const view = { ...row.shape };
  for (const [field, schema] of Object.entries(row.shape)) {
    if (onlyFor[field] || refs[field]?.hidesField) view[field] = z.optional(schema);
  }
  for (const field of Object.keys(derived)) view[field] = z.array(entityKey);
  return z.strictObject(view);
}

/** Every message, row and view of the protocol under `$defs`, by name. */
export function protocolSchema(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  const define = <S extends z.ZodType>(id: string, schema: S): S => {
    registry.add(schema, { id });
    return schema;
  };
  for (const [id, schema] of Object.entries(messages)) define(id, schema);
  for (const [kind, { row }] of Object.entries(kinds)) define(nameOf(kind, "Row"), row);
  const views = Object.entries<Kind>(kinds).map(([kind, entry]) => {
    return [kind, define(nameOf(kind, "View"), viewOf(entry))] as const;
  });
  define("Views", z.strictObject(Object.fromEntries(views)));
  const shown = Object.entries(presenceKinds).map(([kind, { value }]) => [kind, value] as const);
  define("PresenceValues", z.strictObject(Object.fromEntries(shown)));
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}` });
  const $defs: Record<string, unknown> = {};
  for (const [id, { $schema, $id, ...definition }] of Object.entries(schemas)) {
    $defs[id] = definition;
  }
  return { $schema: DRAFT, title: `vttsync wire protocol, version ${protocol.PROTOCOL}`, $defs };
}
