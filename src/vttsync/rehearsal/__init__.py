"""The whole pipeline against a loopback stand-in of Cloudflare."""
