import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    silent: "passed-only",
    // For the room in workerd, on a machine that is busy.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
