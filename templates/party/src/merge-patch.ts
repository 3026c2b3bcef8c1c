/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [field: string]: Json;
}

/**
 * Applies a JSON merge patch (RFC 7396): `null` deletes, objects merge, all else replaces.
 *
 * Neither argument is changed. Fields named `__proto__` or `constructor` are plain fields here,
 * which is why this is not left to one of the small packages on npm: those either drop them or
 * write through to the prototype.
 */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) result.delete(field);
    else result.set(field, applyMergePatch(result.get(field), value));
  }
  return Object.fromEntries(result);
}

/**
 * The smallest merge patch that turns `before` into `after`; `{}` when they are equal.
 *
 * @param after must hold no `null`: a merge patch cannot say "set to null".
 */
export function diffMergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: [string, Json][] = [];
  for (const field of Object.keys(before)) {
    if (!Object.hasOwn(after, field)) patch.push([field, null]);
  }
  for (const [field, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, field) ? before[field] : undefined;
    if (isJsonObject(old) && isJsonObject(value)) {
      const inner = diffMergePatch(old, value);
      if (Object.keys(inner).length > 0) patch.push([field, inner]);
    } else if (!jsonEqual(old, value)) {
      patch.push([field, value]);
    }
  }
  return Object.fromEntries(patch);
}

/** Whether two JSON values are the same; the order of an object's fields does not count. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const fields = Object.keys(a);
  return (
    fields.length === Object.keys(b).length &&
    fields.every((field) => Object.hasOwn(b, field) && jsonEqual(a[field], b[field]))
  );
}

/** Whether a value is a JSON object (not an array, not null). */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a JSON value holds a `null`, as a path; undefined when it holds none. */
export function findNull(value: Json): string[] | undefined {
  if (value === null) return [];
  if (typeof value !== "object") return undefined;
  for (const [field, inner] of Object.entries<Json>(value)) {
    const path = findNull(inner);
    if (path) return [field, ...path];
  }
  return undefined;
}
