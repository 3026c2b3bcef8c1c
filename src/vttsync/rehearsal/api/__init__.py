"""Cloudflare's v4 API, as far as wrangler and vttsync call it."""
