"""The effects: real clients in a real room, and a record of what they got."""
