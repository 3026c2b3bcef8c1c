"""Code and secrets uploaded as one version; what is live when something went wrong; and back."""
