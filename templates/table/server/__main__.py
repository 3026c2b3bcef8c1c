"""`python -m server`: serve the table."""

from __future__ import annotations

import argparse
import os
import sys

import uvicorn

from .app import create_app
from .settings import settings_of


def main() -> None:
    """Read flags and environment, and serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m server", description="A small virtual tabletop."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--session", default="friday", help="name of the session to play")
    flags = parser.parse_args()
    try:
        settings = settings_of(os.environ)
    except ValueError as error:
        sys.exit(str(error))
    app = create_app(settings, flags.session)
    uvicorn.run(app, host=flags.host, port=flags.port, access_log=False)


if __name__ == "__main__":
    main()
