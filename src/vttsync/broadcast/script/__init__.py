"""What a game master writes: the script file, read and checked."""
