"""The user's browser."""

from __future__ import annotations

import os
import sys

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def open_page(url: str) -> None:
    """Open `url`, where there is a screen: elsewhere a browser for text would take the terminal."""
    import threading
    import webbrowser

    if sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in _SCREENS):
        # Some browsers are waited for until they are closed.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
