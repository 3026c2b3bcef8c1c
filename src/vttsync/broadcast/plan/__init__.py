"""What follows from a script: the publishes, and what each audience should see. Pure."""
