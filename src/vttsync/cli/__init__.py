"""argv in, exit code out: one thin module per command."""
