/** Answers to requests that are refused. */
import type * as z from "zod";
import type { ErrorBody } from "./protocol.ts";

/** A refused request: thrown anywhere below a route, answered as an error body. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody["error"];
  readonly headers: Record<string, string>;

  constructor(status: number, body: ErrorBody["error"], headers: Record<string, string> = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** The HTTP answer. */
  toResponse(): Response {
    const body: ErrorBody = { error: this.body };
    return jsonResponse(body, this.status, this.headers);
  }
}

/** A JSON answer that no cache keeps. */
export function jsonResponse(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return jsonText(JSON.stringify(body), status, headers);
}

/** The same, of what is JSON already. */
export function jsonText(
  body: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const always = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(body, { status, headers: { ...headers, ...always } });
}

/** The answer when the room itself fails: says nothing about the inside. */
export function internalError(): Refusal {
  const message = "the room failed; try again, and look at the Worker's logs if it stays";
  return new Refusal(500, { code: "internal", message });
}

/**
 * Turns the first schema violation into a `bad_change`.
 *
 * @param at where in the request body the parsed value sits.
 */
export function refuseIssue(error: z.ZodError, at: readonly PropertyKey[] = []): Refusal {
  const issue = error.issues[0];
  const path = [...at, ...(issue?.path ?? [])];
  return badChange(issue?.message ?? "not valid", path);
}

/** A `bad_change` at a place in the request body; names the change when the place is inside one. */
export function badChange(reason: string, path: readonly PropertyKey[] = []): Refusal {
  const pointer = path.map((part) => `/${escapePointer(String(part))}`).join("").toWellFormed();
  const [top, index] = path;
  return new Refusal(400, {
    code: "bad_change",
    message: pointer ? `${pointer}: ${reason}` : reason,
    ...(top === "changes" && typeof index === "number" ? { change: index } : {}),
    ...(pointer ? { path: pointer } : {}),
  });
}

/** A request that isn't one, where no change of a publish is to blame. */
export function badRequest(message: string): Refusal {
  return new Refusal(400, { code: "bad_request", message });
}

function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
