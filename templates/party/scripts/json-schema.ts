/** The JSON Schema of the protocol, made from the zod schemas. */
import * as z from "zod";
import { kinds } from "../src/kinds.ts";
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
  Hello: protocol.hello,
  Snapshot: protocol.snapshot,
  Delta: protocol.delta,
  Stale: protocol.stale,
  Presence: protocol.presence,
  ViewChange: protocol.viewChange,
  RoomError: protocol.roomError,
  ServerFrame: protocol.serverFrame,
  ClientFrame: protocol.clientFrame,
};

/** The name of a kind's row among the definitions: `token` is `TokenRow`. */
function rowName(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Row`;
}

/** Every message and row of the protocol under `$defs`, by name. */
export function protocolSchema(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(messages)) registry.add(schema, { id });
  for (const [kind, { row }] of Object.entries(kinds)) registry.add(row, { id: rowName(kind) });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}` });
  const $defs: Record<string, unknown> = {};
  for (const [id, { $schema, $id, ...definition }] of Object.entries(schemas)) {
    $defs[id] = definition;
  }
  return { $schema: DRAFT, title: `vttsync wire protocol, version ${protocol.PROTOCOL}`, $defs };
}
