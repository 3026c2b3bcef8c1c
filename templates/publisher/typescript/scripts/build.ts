/**
 * Compiles src/ to dist/, which is committed: Node runs no TypeScript that npm has installed. With
 * --check, writes nothing and fails when a committed file is stale.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

/** Every file of dist/ as it should be, by name. */
export function compiled(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "vttsync-publisher-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  try {
    const flags = ["--noEmit", "false", "--declaration", "--rewriteRelativeImportExtensions"];
    const places = ["--rootDir", join(root, "src"), "--outDir", folder];
    execFileSync(process.execPath, [tsc, "-p", join(root, "src"), ...flags, ...places], { stdio: "inherit" });
    return filesOf(folder, (text) => text.replaceAll(/"\.\/([\w-]+)\.ts"/g, '"./$1.js"'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files of dist/ that aren't as they should be, or shouldn't be there. */
export function stale(wanted: Record<string, string>): string[] {
  const there = existsSync(dist) ? filesOf(dist) : {};
  return [...new Set([...Object.keys(wanted), ...Object.keys(there)])].filter((name) => there[name] !== wanted[name]);
}

function filesOf(folder: string, change = (text: string): string => text): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, change(readFileSync(join(folder, name), "utf8"))]));
}

if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = compiled();
  mkdirSync(dist, { recursive: true });
  for (const name of stale(wanted)) {
    const text = wanted[name];
    if (process.argv.includes("--check")) {
      console.error(`dist/${name} is stale: run \`npm run build\` and commit the result`);
      process.exitCode = 1;
    } else if (text === undefined) rmSync(join(dist, name));
    else writeFileSync(join(dist, name), text);
  }
}
