import { expect, it } from "vitest";
import committed from "../protocol.schema.json";
import { protocolSchema } from "../scripts/json-schema.ts";
import { KIND_NAMES } from "../src/kinds.ts";

it("protocol.schema.json is what the zod schemas say; if not: npm run schema", () => {
  expect(JSON.stringify(committed)).toBe(JSON.stringify(protocolSchema()));
});

it("defines every message and every kind's row, and refers to nothing else", () => {
  const names = Object.keys(committed.$defs);
  const rows = KIND_NAMES.map((kind) => `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Row`);
  expect(names).toEqual(expect.arrayContaining(["PublishBody", "ServerFrame", ...rows]));
  const refs = [...JSON.stringify(committed).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
  expect(refs.filter((ref) => !names.includes(ref?.replace("#/$defs/", "") ?? ""))).toEqual([]);
});
