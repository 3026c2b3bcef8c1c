"""What a deploy would change of what is live."""
