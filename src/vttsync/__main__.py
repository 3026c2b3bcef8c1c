"""The console script, and `python -m vttsync`."""

import sys

from vttsync.interrupts import interrupts


def main() -> None:
    """Run one command and exit with its code."""
    interrupts.listen()
    # Imported afterwards: a Ctrl-C in the meantime is kept until there is somebody to tell of it.
    from vttsync.cli.main import main as run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
