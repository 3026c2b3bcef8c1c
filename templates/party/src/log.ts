/** What a room writes down: one JSON object a line, so that logs can be searched by field. */

/** Things worth a line. None of them carries a ticket, a key or a row. */
type Event =
  | { readonly event: "failed"; readonly at: string; readonly error: string }
  | { readonly event: "refused"; readonly code: string; readonly user?: string }
  | { readonly event: "kicked"; readonly user: string | null; readonly sockets: number }
  | { readonly event: "epoch"; readonly epoch: string; readonly version: string }
  | { readonly event: "forgotten"; readonly why: "asked" | "idle" };

/** Writes a line. @param session the room's name, where there is one. */
export function log(event: Event, session?: string): void {
  const line = JSON.stringify(session === undefined ? event : { ...event, session });
  if (event.event === "failed") console.error(line);
  else if (event.event === "refused") console.warn(line);
  else console.log(line);
}

/** An exception as a line can carry it. */
export function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
