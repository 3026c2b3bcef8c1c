/** Prints how big the bundle is, as it is and as servers send it. */
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const bundle = readFileSync(new URL("../dist/vttsync.js", import.meta.url));
const sizes = { minified: bundle, gzip: gzipSync(bundle), brotli: brotliCompressSync(bundle) };
for (const [name, { length }] of Object.entries(sizes)) console.log(`${name.padEnd(9)} ${length} bytes`);
