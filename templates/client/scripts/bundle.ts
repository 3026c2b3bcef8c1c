/** What is in dist/: the client as one file for any page, and the adapters as plain modules. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Files } from "./keep.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const MAIN = "vttsync";
const ENTRIES = [MAIN, "react", "tanstack", "swr"];

/** The files of dist/, by path in this package. */
export async function distribution(): Promise<Files> {
  const compiled = compile();
  const wanted: Record<string, string> = { [`${MAIN}.js`]: await bundle() };
  const names = ENTRIES.flatMap((name) => [`${name}.js`, `${name}.d.ts`]);
  for (const name of names) {
    const text = wanted[name] ?? compiled[name];
    if (text === undefined) throw new Error(`tsc made no ${name}`);
    wanted[name] = text;
    if (name !== `${MAIN}.js`) names.push(...importedBy(name, text).filter((other) => !names.includes(other)));
  }
  return Object.fromEntries(Object.entries(wanted).map(([name, text]) => [`dist/${name}`, text]));
}

/** The client in one minified module. */
async function bundle(): Promise<string> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    banner: { js: "// Made from party-client/src by `npm run build` there: don't edit it." },
    logLevel: "error",
    metafile: true,
    write: false,
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => path.startsWith("node_modules/"));
  if (foreign.length > 0) throw new Error(`the bundle would need the licence of ${foreign.join(", ")}`);
  return outputFiles.map(({ text }) => text).join("");
}

/** Every module of src/ as tsc compiles it, by file name; the main one under its name in dist/. */
function compile(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "vttsync-client-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  try {
    const flags = ["--noEmit", "false", "--declaration", "--rewriteRelativeImportExtensions", "--rootDir", join(root, "src")];
    execFileSync(process.execPath, [tsc, "-p", root, ...flags, "--outDir", folder], { stdio: "inherit" });
    const read = (name: string): [string, string] => [
      name.replace(/^index\./, `${MAIN}.`),
      readFileSync(join(folder, name), "utf8")
        .replaceAll(/"\.\/([\w-]+)\.ts"/g, '"./$1.js"')
        .replaceAll('"./index.js"', `"./${MAIN}.js"`),
    ];
    return Object.fromEntries(readdirSync(folder).map(read));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files that a compiled file imports from beside it. */
function importedBy(name: string, text: string): string[] {
  const suffix = name.endsWith(".d.ts") ? ".d.ts" : ".js";
  return [...text.matchAll(/"\.\/([\w-]+)\.js"/g)].map(([, module]) => `${module}${suffix}`);
}
