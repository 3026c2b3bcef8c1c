import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const keys = {
  PUBLISH_KEY: "test-publish-key-0123456789abcdef",
  TICKET_KEY: "test-ticket-key-0123456789abcdef!",
};

// wrangler looks for required secrets before the bindings below exist, and warns.
Object.assign(process.env, keys);

export default defineConfig({
  // Every test has its own session, so files may share one runtime: half the time.
  test: { isolate: false, silent: "passed-only" },
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: { bindings: keys },
    }),
  ],
});
