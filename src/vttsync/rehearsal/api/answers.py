"""Cloudflare's envelope: how every answer of its v4 API is wrapped, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PAGE_SIZE = 50


@dataclass(frozen=True)
class Fault:
    """One entry of an answer's `errors`; `chain` becomes its `error_chain`."""

    code: int
    message: str
    chain: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The entry as Cloudflare writes it: `error_chain` only where there is one."""
        entry: dict[str, object] = {"code": self.code, "message": self.message}
        if self.chain:
            entry["error_chain"] = [link.as_json() for link in self.chain]
        return entry


class ApiError(Exception):
    """A refusal: the HTTP status and the faults that go into the envelope."""

    def __init__(self, status: int, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.message}" for fault in faults))
        self.status = status
        self.faults = faults


def refusal(status: int, code: int, message: str) -> ApiError:
    """The usual refusal, with a single fault."""
    return ApiError(status, Fault(code, message))


@dataclass(frozen=True)
class Answer:
    """What a route answers with: `result`, and now and then `result_info` or `messages`."""

    result: object = None
    info: Mapping[str, int | str] | None = None
    messages: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The envelope of a success."""
        envelope: dict[str, object] = {
            "success": True,
            "errors": [],
            "messages": [message.as_json() for message in self.messages],
            "result": self.result,
        }
        if self.info is not None:
            envelope["result_info"] = dict(self.info)
        return envelope


def failure(error: ApiError) -> dict[str, object]:
    """The envelope of a refusal."""
    return {
        "success": False,
        "errors": [fault.as_json() for fault in error.faults],
        "messages": [],
        "result": None,
    }


def paged(items: Sequence[object], query: Mapping[str, str], *, under: str = "") -> Answer:
    """Cut `items` to the page asked for: pages count from 1, and one too far is empty.

    Args:
        items: the whole list.
        query: the request's query; `page` and `per_page` are read.
        under: the key that holds the list inside `result`, where it isn't `result` itself.

    Raises:
        ApiError: `page` or `per_page` is not a positive number.
    """
    page, size = _number(query, "page", 1), _number(query, "per_page", _PAGE_SIZE)
    shown = list(items[(page - 1) * size : page * size])
    info = {
        "page": page,
        "per_page": size,
        "count": len(shown),
        "total_count": len(items),
        "total_pages": max(1, -(-len(items) // size)),
    }
    return Answer({under: shown} if under else shown, info)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise refusal(400, 10001, f"Invalid query parameter: {name}")
    return int(text)
