"""Right rooms with a proxy before them that does one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.mutants import meddlers as do
from tests.mutants.meddlers import Answers, Everyone, Mixes, Publishes, Stops, Swap, To, Welcomes
from tests.mutants.mutant import Close, Meddler, Mutant
from vttsync.broadcast.judge.verdict import Reason


def between(
    name: str,
    does: str,
    reason: Reason,
    meddler: Callable[[], Meddler],
    script: str = "smoke",
    shown: str = "",
) -> Mutant:
    return Mutant(name, does, reason, script, meddler=meddler, shown=shown)


WIRES = (
    between(
        "drop",
        "loses one message of one client",
        Reason.MISSING,
        lambda: To("player 3", "delta", 2, do.nothing),
        shown="player 3",
    ),
    between(
        "drop-last",
        "loses the last message of one client",
        Reason.MISSING,
        lambda: To("spectator", "delta", 10, do.nothing),
        shown="spectator",
    ),
    between(
        "drop-hello",
        "loses a client's greeting",
        Reason.MISSING,
        lambda: To("player 3", "hello", 0, do.nothing),
        shown="player 3",
    ),
    between(
        "drop-snapshot",
        "loses a client's snapshot",
        Reason.MISSING,
        lambda: To("player 3", "snapshot", 0, do.nothing),
        shown="player 3",
    ),
    between(
        "drop-missed",
        "loses what somebody who comes back had missed",
        Reason.MISSING,
        lambda: To("player 2", "delta", 5, do.nothing),
        shown="player 2",
    ),
    between(
        "drop-publish",
        "answers a publish that the room never gets",
        Reason.MISSING,
        lambda: Publishes(6, 0),
        shown="Sir Aldric moves",
    ),
    between(
        "cut-off",
        "lets nothing through to a client from some time on",
        Reason.MISSING,
        lambda: Stops("spectator", 5),
        shown="spectator",
    ),
    between(
        "delay",
        "holds every message back for a second and a half",
        Reason.SLOW,
        lambda: Everyone("delta", do.late(1.5)),
    ),
    between(
        "stall",
        "stalls once, for longer than the script allows",
        Reason.SLOW,
        lambda: To("player 3", "delta", 5, do.held(4.5)),
    ),
    between(
        "duplicate",
        "tells one client one thing twice",
        Reason.REPEATED,
        lambda: To("player 3", "delta", 3, do.twice),
        shown="player 3",
    ),
    between(
        "duplicate-snapshot",
        "sends a client its snapshot twice",
        Reason.REPEATED,
        lambda: To("spectator", "snapshot", 0, do.twice),
        shown="spectator",
    ),
    between(
        "duplicate-last",
        "repeats the last message",
        Reason.REPEATED,
        lambda: To("gm", "delta", 13, do.twice),
        shown="gm",
    ),
    between(
        "duplicate-publish",
        "passes a publish on twice",
        Reason.ANSWER,
        lambda: Publishes(6, 2),
    ),
    between(
        "duplicate-presence",
        "tells twice what somebody points at",
        Reason.REPEATED,
        lambda: To("spectator", "presence", 0, do.twice),
        shown="spectator",
    ),
    between(
        "reorder",
        "tells one client two things in the wrong order",
        Reason.REORDERED,
        lambda: Swap("player 3", 2),
        shown="player 3",
    ),
    between(
        "reorder-apart",
        "swaps two changes that have nothing to do with each other",
        Reason.REORDERED,
        lambda: Swap("spectator", 4),
        shown="spectator",
    ),
    between(
        "truncate",
        "cuts a message off",
        Reason.UNREADABLE,
        lambda: To("player 3", "delta", 2, do.cut),
        shown="player 3",
    ),
    between(
        "truncate-list",
        "leaves the last entity out of a snapshot",
        Reason.ALTERED,
        lambda: To("player 3", "snapshot", 0, do.said(lambda m: m["entities"].pop())),
        shown="player 3",
    ),
    between(
        "truncate-changes",
        "leaves the last change out of a message",
        Reason.ALTERED,
        lambda: To("player 3", "delta", 0, do.said(lambda m: m["changes"].pop())),
        shown="player 3",
    ),
    between(
        "alter",
        "moves a token elsewhere for one client",
        Reason.ALTERED,
        lambda: To("player 3", "delta", 1, do.said(lambda m: m["changes"][0]["value"].update(y=1))),
        shown="player 3",
    ),
    between(
        "alter-type",
        "says 1 where true is meant",
        Reason.ALTERED,
        lambda: Everyone("snapshot", lambda text: [text.replace('"paused":false', '"paused":0')]),
        shown="paused",
    ),
    between(
        "round",
        "rounds fractions",
        Reason.ALTERED,
        lambda: Everyone("delta", do.rounded),
    ),
    between(
        "normalise",
        "writes two characters as the one that looks the same",
        Reason.ALTERED,
        lambda: Everyone("snapshot", do.composed),
    ),
    between(
        "renumber",
        "skips a number for one client",
        Reason.GAP,
        lambda: To("player 3", "delta", 4, do.said(lambda m: m.update(seq=m["seq"] + 1))),
        shown="player 3",
    ),
    between(
        "binary-frame",
        "sends one message as bytes",
        Reason.UNREADABLE,
        lambda: To("player 3", "delta", 2, lambda text: [text.encode()]),
        shown="player 3",
    ),
    between(
        "spaced",
        "writes a message otherwise for one client",
        Reason.UNEQUAL,
        lambda: To("player 3", "delta", 2, do.spaced),
        shown="player 3",
    ),
    between(
        "foreign-hello",
        "greets a client as another audience",
        Reason.WRONG_AUDIENCE,
        lambda: To("spectator", "hello", 0, do.said(lambda m: m.update(audience="display"))),
        shown="spectator",
    ),
    between(
        "another-epoch",
        "names another epoch in the middle",
        Reason.WRONG_EPOCH,
        lambda: To("player 3", "delta", 5, do.said(lambda m: m.update(epoch="e2"))),
        shown="player 3",
    ),
    between(
        "close",
        "ends a connection early",
        Reason.CLOSED,
        lambda: To("spectator", "delta", 3, do.closed(1011)),
        shown="spectator",
    ),
    between(
        "leak-in-close",
        "names a hidden token as the reason why it ends a connection",
        Reason.LEAKED,
        lambda: To("spectator", "delta", 3, do.closed(1011, "Vesk the Quiet came")),
        shown="Vesk",
    ),
    between(
        "leak-in-error",
        "names a hidden token in an error that it refuses a client with",
        Reason.LEAKED,
        lambda: Welcomes(
            "spectator",
            json.dumps({"type": "error", "code": "full", "message": "vesk THE quiet is here"}),
            Close(4429),
        ),
        shown="Vesk",
    ),
    between(
        "leak-in-key",
        "writes the name of a hidden token as the name of a field",
        Reason.LEAKED,
        lambda: To(
            "player 3",
            "delta",
            1,
            do.said(lambda m: m["changes"][0]["value"].update({"Vesk the Quiet": 1})),
        ),
        shown="Vesk",
    ),
    between(
        "leak-in-bytes",
        "tells a client of a hidden token in bytes that are no text",
        Reason.LEAKED,
        lambda: To("player 3", "delta", 1, lambda text: [text, b"\xff\x00Vesk the Quiet\xfe"]),
        shown="Vesk",
    ),
    between(
        "leak-before-pong",
        "writes the name of a hidden token when it is asked for a pong",
        Reason.LEAKED,
        lambda: To(
            "player 3",
            "pong",
            None,
            lambda text: ["pong, Poses%20as&#32;the innkeeper's brother.", text],
        ),
        shown="innkeeper",
    ),
    between(
        "mix-delta",
        "tells a client what happens at another table",
        Reason.MIXED,
        lambda: Mixes("delta", "gm next door", "player 3"),
        shown="player 3",
    ),
    between(
        "mix-presence",
        "tells a client what somebody points at at another table",
        Reason.MIXED,
        lambda: Mixes("presence", "gm next door", "player 3"),
        shown="player 3",
    ),
    between(
        "mix-back",
        "tells another table what happens at this one",
        Reason.MIXED,
        lambda: Mixes("delta", "gm", "gm next door"),
        shown="gm next door",
    ),
    between(
        "mix-close",
        "ends a connection with a word about another table",
        Reason.MIXED,
        lambda: To("spectator", "delta", 3, do.closed(1011, "next-door-ghost is gone")),
        shown="ghost",
    ),
    between(
        "lying-answer",
        "answers a publish with the number of another audience",
        Reason.ANSWER,
        lambda: Answers("publish", 9, do.numbered(lambda a: a["seq"].update(spectator=1))),
    ),
    between(
        "no-answer",
        "answers a publish with a page of its own",
        Reason.PUBLISH,
        lambda: Answers("publish", 9, lambda _: (502, "<html>Bad gateway</html>")),
    ),
)
