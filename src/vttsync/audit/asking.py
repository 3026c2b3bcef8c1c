"""A call to the server, taken apart: what it is made to, and whether it asks or tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from vttsync.audit.code import tree

_LONGEST = 60  # characters of an address that are shown


class Does(StrEnum):
    """What a call does with the server."""

    READ = "read"
    LIKELY = "likely"  # a read by its name only: where it leads can't be seen
    WRITE = "write"


@dataclass(frozen=True)
class Request:
    """A call to the server.

    Attributes:
        does: whether it asks or tells.
        what: the address, the query key or the call itself, as a person would name it.
        subject: the expression of the address, which may be a parameter.
    """

    does: Does
    what: str
    subject: Node | None = None


@dataclass(frozen=True)
class Call:
    """A call, taken apart.

    Attributes:
        owner: what the method is called on, as text.
        given: its arguments.
    """

    node: Node
    name: str
    owner: str
    given: tuple[Node, ...]

    @property
    def first(self) -> Node | None:
        """The first argument."""
        return self.given[0] if self.given else None

    @property
    def address(self) -> str | None:
        """The first argument, where it is a string or template."""
        return tree.string_value(self.first)

    def options(self, position: int) -> Node | None:
        """The argument at a position, without parentheses and casts."""
        return tree.bare(self.given[position]) if len(self.given) > position else None


def owner_of(callee: Node) -> str:
    """What a method is called on, as text: `this.http` of `this.http.get`."""
    return tree.squeezed(tree.field(callee, "object")) if callee.type == "member_expression" else ""


def method_of(options: Node | None) -> str:
    """The method that options of a request name, in capitals; empty for none."""
    given = tree.property_of(options, "method") or tree.property_of(options, "type")
    return (tree.string_value(given) or "").upper() if given is not None else ""


def writes(options: Node) -> bool:
    """Whether these options of a request make it one that writes."""
    body = tree.property_of(options, "body")
    return sends(method_of(options), body, "") is Does.WRITE


def shown(node: Node | None) -> str:
    """An address as a person would name it; `…` for what is filled in."""
    if node is None:
        return "the server"
    address = tree.string_value(node)
    text = tree.squeezed(node) if address is None else address
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def sends(method: str, body: Node | None, address: str) -> Does:
    """Whether a request of this method asks or tells; a GraphQL query is a POST that asks."""
    if method in ("", "GET", "HEAD"):
        return Does.READ
    told = tree.text(body)
    asks = (
        "graphql" in address.lower() or "graphql" in told.lower() or re.search(r"\bquery\b", told)
    )
    return Does.READ if method == "POST" and asks and "mutation" not in told else Does.WRITE


def about(does: Does, subject: Node | None) -> Request:
    """A request whose address is this expression."""
    return Request(does, shown(subject), subject)
