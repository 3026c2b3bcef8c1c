"""Proxies that do one thing wrong on the way between clients and a right room."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.mutants.mutant import Close, Harm, Hold, Late, Meddler, Out

Edit = Callable[[dict[str, Any]], object]


class To(Meddler):
    """Harms what one client gets: its nth message of a type (from 0), or all of them."""

    def __init__(self, who: str, type_: str, number: int | None, harm: Harm) -> None:
        self._place = (who, type_, number)
        self._harm = harm
        self._counts: Counter[tuple[str, str]] = Counter()

    def down(self, who: str, text: str) -> list[Out]:
        type_ = "pong" if text == "pong" else json.loads(text)["type"]
        number = self._counts[who, type_]
        self._counts[who, type_] += 1
        one = (who, type_, number if self._place[2] is not None else None)
        return self._harm(text) if one == self._place else [text]


class Swap(Meddler):
    """Holds one delta of a client back until the next has passed."""

    def __init__(self, who: str, number: int) -> None:
        self._who, self._number = who, number
        self._deltas = 0
        self._held: list[Out] = []

    def down(self, who: str, text: str) -> list[Out]:
        if who != self._who or not text.startswith('{"type":"delta"'):
            return [text]
        self._deltas += 1
        if self._deltas == self._number + 1:
            self._held = [text]
            return []
        held, self._held = self._held, []
        return [text, *held]


class Everyone(Meddler):
    """Harms what all clients get of a type."""

    def __init__(self, type_: str, harm: Harm) -> None:
        self._mark, self._harm = f'{{"type":"{type_}"', harm

    def down(self, who: str, text: str) -> list[Out]:
        return self._harm(text) if text.startswith(self._mark) else [text]


class Answers(Meddler):
    """Tells the app server something else, and passes a publish on more or less than once."""

    def __init__(self, path: str, number: int, harm: Callable[[str], tuple[int, str]]) -> None:
        self._at, self._harm = (path, number), harm

    def answers(self, path: str, number: int, body: str) -> tuple[int, str]:
        return self._harm(body) if (path, number) == self._at else (200, body)


class Publishes(Meddler):
    """Passes one publish on so many times."""

    def __init__(self, number: int, times: int) -> None:
        self._number, self._times = number, times

    def publishes(self, number: int) -> int:
        return self._times if number == self._number else 1


class Welcomes(Meddler):
    """Has something of its own to say first."""

    def __init__(self, who: str, *outs: Out) -> None:
        self._who, self._outs = who, list(outs)

    def joins(self, who: str) -> list[Out]:
        return self._outs if who == self._who else []


class Mixes(Meddler):
    """Tells a client, before its last words, the last of a type that somebody else was told."""

    def __init__(self, type_: str, of: str, to: str) -> None:
        self._mark, self._of, self._to = f'{{"type":"{type_}"', of, to
        self._held: list[Out] = []

    def down(self, who: str, text: str) -> list[Out]:
        if who == self._of and text.startswith(self._mark):
            self._held = [text]
        if who != self._to or text != "pong":
            return [text]
        held, self._held = self._held, []
        return [*held, text]


class Stops(Meddler):
    """Lets nothing through to a client after its nth message."""

    def __init__(self, who: str, after: int) -> None:
        self._who, self._after, self._count = who, after, 0

    def down(self, who: str, text: str) -> list[Out]:
        self._count += who == self._who
        return [] if who == self._who and self._count > self._after else [text]


def nothing(_text: str) -> list[Out]:
    return []


def twice(text: str) -> list[Out]:
    return [text, text]


def cut(text: str) -> list[Out]:
    return [text[: len(text) // 2]]


def said(edit: Edit) -> Harm:
    """Say something else, written as the room writes it."""

    def harm(text: str) -> list[Out]:
        message = json.loads(text)
        edit(message)
        return [json.dumps(message, separators=(",", ":"), ensure_ascii=False)]

    return harm


def held(seconds: float) -> Harm:
    return lambda text: [Hold(seconds), text]


def late(seconds: float) -> Harm:
    return lambda text: [Late(seconds), text]


def closed(code: int, reason: str = "") -> Harm:
    return lambda text: [text, Close(code, reason)]


def spaced(text: str) -> list[Out]:
    return [json.dumps(json.loads(text), ensure_ascii=False)]


def composed(text: str) -> list[Out]:
    return [unicodedata.normalize("NFC", text)]


def rounded(text: str) -> list[Out]:
    def whole(name: str) -> float:
        return float(round(float(name)))

    message = json.loads(text, parse_float=whole)
    return [json.dumps(message, separators=(",", ":"), ensure_ascii=False)]


def numbered(edit: Callable[[dict[str, Any]], object]) -> Callable[[str], tuple[int, str]]:
    def harm(body: str) -> tuple[int, str]:
        answer = json.loads(body)
        edit(answer)
        return 200, json.dumps(answer)

    return harm
