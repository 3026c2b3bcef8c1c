"""A deploy is proved, or undone."""
