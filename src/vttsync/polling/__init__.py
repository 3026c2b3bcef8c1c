"""Polling in a running page: what it asks, phase by phase → which of it repeats → the verdict."""
