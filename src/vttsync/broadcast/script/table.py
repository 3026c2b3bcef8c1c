"""What the tables of a script are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _place(numbers: list[float]) -> list[float]:
    if len(numbers) != 2:
        message = "a place is two numbers, [column, row]"
        raise ValueError(message)
    return numbers


_LENGTH = {"minItems": 2, "maxItems": 2}  # for the schema: pydantic's words are not the reader's
Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Place = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]],
    AfterValidator(_place),
    Field(json_schema_extra=_LENGTH),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Milliseconds = Annotated[float, Field(gt=0, le=60_000, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the script; unknown keys are mistakes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def like(pattern: str, told: str) -> Callable[[str], str]:
    """Refuse text of another form, in these words; pydantic's would show the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(told)
        return text

    return check


def one_of(*keys: str) -> dict[str, Any]:
    """Say in a schema that a table has just one of these keys."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def just(have: Iterable[str], of: Iterable[str]) -> dict[str, Any]:
    """Say in a schema which of some keys a table has."""
    others = [{"required": [key]} for key in of if key not in have]
    return {"required": sorted(have), "not": {"anyOf": others}}
