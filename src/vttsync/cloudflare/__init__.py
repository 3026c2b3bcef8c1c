"""Cloudflare's v4 API, kinds of token, and the checks before a deploy."""
