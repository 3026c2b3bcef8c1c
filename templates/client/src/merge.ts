/** New JSON values that keep what they can of the old ones, so that equal means the same object. */

type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Applies a JSON merge patch (RFC 7396); `old` itself when that changes nothing.
 *
 * Fields named `__proto__` are plain fields: nothing is assigned, only defined.
 */
export function merge(old: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return share(old, patch);
  const before = isObject(old) ? old : {};
  const fields = new Map(Object.entries(before));
  let isSame = before === old;
  for (const [field, change] of Object.entries(patch)) {
    if (change === null) {
      if (fields.delete(field)) isSame = false;
      continue;
    }
    const value = merge(fields.get(field), change);
    if (value === fields.get(field)) continue;
    fields.set(field, value);
    isSame = false;
  }
  return isSame ? old : Object.fromEntries(fields);
}

/** `fresh`, but with `old` in its place wherever both are equal; the order of fields doesn't count. */
export function share<T>(old: unknown, fresh: T): T {
  return (shared(old, fresh) ?? fresh) as T;
}

/** Undefined where nothing of the old value can be kept. */
function shared(old: unknown, fresh: unknown): unknown {
  if (Object.is(old, fresh)) return old;
  if (Array.isArray(old) && Array.isArray(fresh)) {
    const items = fresh.map((item, index) => share(old[index], item));
    const isSame = items.length === old.length && items.every((item, index) => Object.is(item, old[index]));
    return isSame ? old : items;
  }
  if (!isObject(old) || !isObject(fresh)) return undefined;
  const fields = Object.entries(fresh).map(([name, value]) => [name, share(own(old, name), value)] as const);
  const isSame =
    fields.length === Object.keys(old).length &&
    fields.every(([name, value]) => Object.hasOwn(old, name) && Object.is(value, old[name]));
  return isSame ? old : Object.fromEntries(fields);
}

function own(object: JsonObject, field: string): unknown {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}
