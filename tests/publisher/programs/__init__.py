"""Programs that tests start and kill: an app that commits, and one that delivers."""
