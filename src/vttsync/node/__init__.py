"""Which Node, npm, wrangler and workerd run, and how: scrubbed environment, time limits."""
