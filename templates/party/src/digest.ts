/** A short name for all that an audience sees, by which two views can be compared. */
import canonicalize from "canonicalize";
import type { Entity } from "./protocol.ts";

/** SHA-256, in hex, of the RFC 8785 canonical JSON of a snapshot's entities. */
export async function digestOf(entities: readonly Entity[]): Promise<string> {
  const text = canonicalize(entities) ?? "";
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
