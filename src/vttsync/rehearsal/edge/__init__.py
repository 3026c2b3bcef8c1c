"""What runs the uploads: every Worker's live version in a real workerd, without a network."""
