"""The files that a script names: read, and checked against their models."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from vttsync.errors import Exit, VttsyncError

_ModelT = TypeVar("_ModelT", bound=BaseModel)
# The library's own words name classes, which are none of the reader's business.
_WORDS = {"missing": "it is missing", "model_type": "it should be an object, { … }"}


def read_json(path: Path, model: type[_ModelT], *, what: str, fix: str) -> _ModelT:
    """Read a JSON file as `model`; `what` names such files, `fix` tells how to get one.

    Raises:
        VttsyncError: exit 3, when the file can't be read or isn't one.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise VttsyncError(
            f"{path} can't be read.",
            why=f"{error.strerror or error}.",
            fix="Its path counts from the script's folder.",
            exit_code=Exit.CONFIG,
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        told = _WORDS.get(first["type"]) or first["msg"].replace("Input should", "it should")
        raise VttsyncError(
            f"{path} is not {what}.",
            why=f"{where}: {told}." if where else f"{told[0].upper()}{told[1:]}.",
            fix=fix,
            exit_code=Exit.CONFIG,
        ) from error
