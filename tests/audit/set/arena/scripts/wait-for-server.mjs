#!/usr/bin/env node
// Used by the end-to-end tests.
const url = process.argv[2] ?? "http://localhost:5173";
const deadline = Date.now() + 60_000;

while (true) { //= none
  try {
    const response = await fetch(url);
    if (response.ok) break;
  } catch {
    if (Date.now() > deadline) process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 250));
}
console.log("ready");
