"""Code and secrets to Cloudflare as one version, and back."""
