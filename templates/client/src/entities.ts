/** The entities of a view: by kind, then key, never changed, always replaced. */
import { isObject, merge, share } from "./merge.ts";
import { KIND_NAMES, type Entity, type ViewChange } from "./protocol.ts";
import type { Entities } from "./types.ts";

type Table = Readonly<Record<string, unknown>>;
type Tables = Readonly<Record<string, Table>>;

const EMPTY: Table = bare();

/** Nothing there: every kind that is known, without entities. */
export const NOTHING: Entities = tablesOf([]);

/** The entities of a whole view; what is equal in `old` is kept. */
export function replaced(old: Entities, entities: readonly Entity[]): Entities {
  return kept(old, tablesOf(entities));
}

/** `fresh`, with the tables and the views of `old` where they are equal. */
export function kept(old: Entities, fresh: Entities): Entities {
  const before: Tables = old;
  const tables = bare<Table>();
  for (const [kind, table] of Object.entries<Table>(fresh)) {
    tables[kind] = keptTable(before[kind] ?? EMPTY, table, share);
  }
  return keptTable(before, tables, (_, table) => table) as Entities;
}

/** The entities after a delta. */
export function changed(old: Entities, changes: readonly ViewChange[]): Entities {
  const before: Tables = old;
  const tables = bare(before);
  for (const change of changes) {
    const { kind, key } = change;
    const now = tables[kind] ?? EMPTY;
    const value = "value" in change ? valueOf(change, now[key]) : undefined;
    if (value === now[key]) continue;
    const draft = now === before[kind] || now === EMPTY ? bare(now) : (now as Record<string, unknown>);
    if (value === undefined) delete draft[key];
    else draft[key] = value;
    tables[kind] = draft;
  }
  return keptTable(before, tables, (_, table) => table) as Entities;
}

/** Whether this is an entity; kinds that aren't known are kept, for apps that know them. */
export function isEntity(value: unknown): value is Entity {
  return (
    isObject(value) &&
    typeof value.kind === "string" &&
    typeof value.key === "string" &&
    isObject(value.value)
  );
}

function valueOf({ op, value }: Extract<ViewChange, { value: unknown }>, old: unknown): unknown {
  return op === "put" ? share(old, value) : merge(old, value);
}

function tablesOf(entities: readonly Entity[]): Entities {
  const tables = bare<Record<string, unknown>>();
  for (const kind of KIND_NAMES) tables[kind] = bare();
  for (const { kind, key, value } of entities) (tables[kind] ??= bare())[key] = value;
  return tables as unknown as Entities;
}

/** `old` itself when every value is the same object once `keep` has had its way. */
function keptTable<T>(
  old: Readonly<Record<string, T>>,
  fresh: Readonly<Record<string, T>>,
  keep: (old: T | undefined, fresh: T) => T,
): Readonly<Record<string, T>> {
  const table = bare<T>();
  for (const [key, value] of Object.entries(fresh)) table[key] = keep(old[key], value);
  const keys = Object.keys(table);
  const isSame = keys.length === Object.keys(old).length && keys.every((key) => table[key] === old[key]);
  return isSame ? old : table;
}

/** A copy without a prototype: `constructor` and `__proto__` are keys like others. */
function bare<T>(of?: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, of);
}
