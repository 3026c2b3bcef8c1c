"""Polling loops in an app's source: where they are, and whether realtime gates them."""
