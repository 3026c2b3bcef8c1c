"""Realtime sync for virtual tabletops on the user's own Cloudflare account."""

__version__ = "0.1.0"
PROTOCOL = 1
"""The version of the wire protocol that this vttsync speaks (`docs/protocol.md`)."""
