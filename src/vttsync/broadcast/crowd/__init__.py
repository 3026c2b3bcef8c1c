"""A script played to thousands of clients, every byte that each of them gets checked."""
