"""The room on this machine: while its code is worked on, and for the demo."""
