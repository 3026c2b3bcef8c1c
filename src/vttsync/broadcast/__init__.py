"""The broadcast proof: script → replay → judge → verdict."""
