/** Generated files are committed: this writes them, or with --check tells of those that are stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const DIST = "dist/";

/** Files by their path in this package. */
export type Files = Readonly<Record<string, string>>;

/** Those that aren't on disk as they should be, and what is in dist/ without being one of `files`. */
export function stale(files: Files): string[] {
  const changed = Object.keys(files).filter((path) => {
    const file = new URL(path, root);
    return !existsSync(file) || readFileSync(file, "utf8") !== files[path];
  });
  const hasDist = Object.keys(files).some((path) => path.startsWith(DIST));
  const there = hasDist && existsSync(new URL(DIST, root)) ? readdirSync(new URL(DIST, root)) : [];
  return [...changed, ...there.map((name) => DIST + name).filter((path) => !(path in files))];
}

/** Writes the files; with --check on the command line, fails when one is stale. */
export function keep(files: Files): void {
  for (const path of stale(files)) {
    if (process.argv.includes("--check")) {
      console.error(`${path} is stale: run \`npm run build\` and commit the result`);
      process.exitCode = 1;
    } else write(path, files[path]);
  }
}

function write(path: string, text: string | undefined): void {
  const file = new URL(path, root);
  mkdirSync(new URL(".", file), { recursive: true });
  if (text === undefined) rmSync(file);
  else writeFileSync(file, text);
  console.log(`${text === undefined ? "removed" : "wrote"} ${path}`);
}
