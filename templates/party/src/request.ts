/** Reading what an app server or a client sends. */
import type { WSMessage } from "partyserver";
import type * as z from "zod";
import { findFlaw } from "./flaws.ts";
import { KIND_NAMES } from "./kinds.ts";
import { LIMITS } from "./limits.ts";
import { clientFrame, publishBody, type ClientFrame, type PublishChange } from "./protocol.ts";
import { badChange, Refusal, refuseIssue } from "./refusal.ts";

/**
 * Reads a request's body, but never more than the limit.
 *
 * @param limit bytes.
 * @throws {@link Refusal} 413 as soon as the limit is passed; the rest is not read.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return concat(chunks, size);
}

function tooLarge(limit: number): Refusal {
  const message = `the body may have ${limit} bytes; publish in several requests`;
  return new Refusal(413, { code: "too_large", message });
}

/**
 * Parses a publish body.
 *
 * @throws {@link Refusal} 400 `bad_change` naming the first thing that is wrong.
 */
export function parsePublish(text: string): { changes: PublishChange[] } {
  const body = parseJson(text);
  const flaw = findFlaw(body);
  if (flaw) throw badChange(flaw.reason, flaw.path);
  const parsed = publishBody.safeParse(body, { error: explain });
  if (!parsed.success) throw refuseIssue(parsed.error);
  return parsed.data;
}

/**
 * Parses a client's message.
 *
 * @returns why not, when it is none.
 */
export function parseMessage(message: WSMessage): ClientFrame | string {
  if (typeof message !== "string") return "send text, not bytes";
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return "the message is not JSON";
  }
  const flaw = findFlaw(value);
  if (flaw) return flaw.reason;
  const parsed = clientFrame.safeParse(value);
  if (!parsed.success) return "this room takes ping, resume and presence, as the protocol has them";
  if (parsed.data.type === "presence" && message.length > LIMITS.presenceBytes) {
    return `a presence may have ${LIMITS.presenceBytes} bytes`;
  }
  return parsed.data;
}

/**
 * Parses a body.
 *
 * @throws {@link Refusal} 400 `bad_change`.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badChange("the body is not JSON");
  }
}

/** Says what a publisher can act on where zod's own words are about its inner workings. */
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== "invalid_union") return undefined;
  switch (issue.path?.at(-1)) {
    case "op":
      return "op must be put, patch or del";
    case "kind":
      return `unknown kind; this room knows ${KIND_NAMES.join(", ")}`;
    default:
      return undefined;
  }
};

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
