"""Whether a poll runs while realtime is up, and while it is down."""
