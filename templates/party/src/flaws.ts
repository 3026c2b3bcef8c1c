/** What no schema looks for in JSON that comes from outside, and nothing here could keep. */
import { LIMITS } from "./limits.ts";

/** Something wrong, and where. */
export interface Flaw {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

const TOO_DEEP = `nested deeper than ${LIMITS.depth} levels`;
const NOT_UNICODE = "must be well-formed Unicode: half a surrogate pair can't be sent";
const NO_NAME = "__proto__ can't be a name: programs lose it";

/**
 * Finds the first flaw: nesting too deep, half a surrogate pair, or a field named `__proto__`.
 *
 * It walks without recursion: what it guards against is what would overflow the stack.
 */
export function findFlaw(value: unknown): Flaw | undefined {
  let level = [{ value, path: [] as PropertyKey[] }];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: typeof level = [];
    for (const { value: holder, path } of level) {
      if (typeof holder !== "object" || holder === null) continue;
      if (depth >= LIMITS.depth) return { path: [], reason: TOO_DEEP };
      for (const [field, inner] of Object.entries(holder) as [string, unknown][]) {
        const reason = flawOf(field, inner);
        if (!reason && (typeof inner !== "object" || inner === null)) continue;
        const place = [...path, Array.isArray(holder) ? Number(field) : field];
        if (reason) return { path: place, reason };
        next.push({ value: inner, path: place });
      }
    }
    level = next;
  }
  return undefined;
}

function flawOf(field: string, value: unknown): string | undefined {
  if (field === "__proto__") return NO_NAME;
  if (!field.isWellFormed() || (typeof value === "string" && !value.isWellFormed())) return NOT_UNICODE;
  return undefined;
}
