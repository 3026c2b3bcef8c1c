"""The verdict on a replay. Pure."""
