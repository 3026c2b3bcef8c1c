"""Clients that stay connected while the room is deployed anew: who lost what, and for how long."""
