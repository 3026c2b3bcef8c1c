"""Realtime sync for virtual tabletops on the user's own Cloudflare account."""

__version__ = "0.1.0"
