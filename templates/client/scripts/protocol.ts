/** src/protocol.ts, made from the room's protocol.schema.json. */
import { readFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";
import { partyFolder } from "./party.ts";

const schemaFile = new URL("protocol.schema.json", partyFolder);

/** What a client needs of the protocol; what these refer to comes along. */
const NAMES = [
  "Views",
  "Entity",
  "Cursor",
  "ViewChange",
  "PresenceItem",
  "PresenceValues",
  "ServerFrame",
  "ClientFrame",
  "SnapshotAnswer",
  "TicketClaims",
];
const ROOT = "Protocol";

interface Definition {
  readonly properties: Readonly<Record<string, { readonly const?: unknown }>>;
}

const BANNER = `/**
 * What comes and goes on the wire, and what a client sees of each kind of entity.
 *
 * Made from the room's protocol.schema.json by \`npm run build\`: don't edit it. Add kinds of your
 * own in the room's src/kinds.ts.
 */`;

/** The text of src/protocol.ts. */
export async function protocolTypes(): Promise<string> {
  const { $defs } = JSON.parse(readFileSync(schemaFile, "utf8")) as { $defs: Record<string, Definition> };
  const properties = Object.fromEntries(NAMES.map((name) => [name, { $ref: `#/$defs/${name}` }]));
  const schema = { $defs: asTuples($defs) as object, type: "object" as const, properties, required: NAMES };
  const options = { bannerComment: "", additionalProperties: false, ignoreMinAndMaxItems: true };
  const style = { printWidth: 110, tabWidth: 2, semi: true, singleQuote: false, trailingComma: "all" } as const;
  const text = await compile(schema, ROOT, { ...options, style });
  return [
    BANNER,
    `export const PROTOCOL = ${$defs.Hello?.properties.protocol?.const};`,
    names("KIND_NAMES", "KindName", $defs.Views),
    names("PRESENCE_NAMES", "PresenceName", $defs.PresenceValues),
    'export type Role = TicketClaims["role"];',
    "",
    text.replace(new RegExp(`export interface ${ROOT} \\{[^}]*\\}\n`), ""),
  ].join("\n");
}

/** `prefixItems` is how JSON Schema 2020-12 spells a tuple; the generator knows the spelling before. */
function asTuples(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTuples);
  if (value === null || typeof value !== "object") return value;
  const { prefixItems, ...rest } = value as { prefixItems?: unknown[] };
  const entries = Object.entries(rest).map(([name, part]) => [name, asTuples(part)]);
  const tuple = prefixItems && { items: asTuples(prefixItems), additionalItems: false };
  const length = prefixItems && { minItems: prefixItems.length, maxItems: prefixItems.length };
  return { ...Object.fromEntries(entries), ...tuple, ...length };
}

function names(constantName: string, typeName: string, definition?: Definition): string {
  const list = Object.keys(definition?.properties ?? {}).map((name) => `  ${JSON.stringify(name)},\n`);
  return `export const ${constantName} = [\n${list.join("")}] as const;
export type ${typeName} = (typeof ${constantName})[number];`;
}
