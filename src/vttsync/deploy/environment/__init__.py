"""Who deploys an environment, its secrets, and who else needs them."""
