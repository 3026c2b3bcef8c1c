"""The browser that a page is watched in: found, started, listened to, and cut off."""
