"""The user's folder: its configuration and its scaffold."""
