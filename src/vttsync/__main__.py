"""`python -m vttsync`."""

from vttsync.cli.main import main

if __name__ == "__main__":
    main()
