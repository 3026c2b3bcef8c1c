"""A script from what a live session is told: heard → tape → script."""
