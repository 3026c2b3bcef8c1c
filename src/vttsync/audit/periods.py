"""How often a poll runs, as people say it."""

from __future__ import annotations

import re
from math import prod

_NUMBER = re.compile(r"(?P<number>[\d_]+(?:\.\d+)?)(?P<unit>ms|s)?")
_PRODUCT = re.compile(r"[\d_]+(?:\*[\d_]+)+")
_LONGEST = 40  # characters of what is no number


def spoken(written: str) -> str:
    """A period as people say it: `5000` → 5 s; what isn't a number stays as it is written.

    Args:
        written: milliseconds, where no unit says otherwise.
    """
    plain = written.replace(" ", "")
    if _PRODUCT.fullmatch(plain):
        plain = str(prod(int(part.replace("_", "")) for part in plain.split("*")))
    found = _NUMBER.fullmatch(plain)
    if not found:
        return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"
    number = float(found["number"].replace("_", ""))
    return f"{number if found['unit'] == 's' else number / 1000:g} s"
