/** Prints how many bytes a page loads for each entry, minified, and compressed as a server would. */
import { build } from "esbuild";
import { gzipSync } from "node:zlib";

for (const entry of process.argv.slice(2)) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    minify: true,
    platform: "browser",
    target: "es2023",
    write: false,
  });
  const [{ contents }] = outputFiles;
  console.log(`${entry}  ${contents.length} bytes  ${gzipSync(contents).length} gzip`);
}
