"""Rooms that tell the right people wrongly: too little, too often, too late, out of place."""

from __future__ import annotations

from tests.mutants.mutant import EAGER, Edit, Mutant
from vttsync.broadcast.judge.verdict import Reason


def wrong(
    name: str,
    does: str,
    reason: Reason,
    *edits: Edit,
    script: str = "smoke",
    shown: str = "",
) -> Mutant:
    return Mutant(name, does, reason, script, edits, shown=shown)


STREAMS = (
    wrong(
        "first-only",
        "tells only the first client of each audience",
        Reason.MISSING,
        Edit(
            "sockets.ts",
            "for (const seat of this.#audiences.get(audience) ?? []) {\n      if",
            "for (const seat of [...(this.#audiences.get(audience) ?? [])].slice(0, 1)) {\n      if",
        ),
    ),
    wrong(
        "hides-silently",
        "tells nobody that something is hidden now",
        Reason.ALTERED,
        Edit(
            "views.ts",
            'if (!after) return before ? { op: "del", kind, key } : undefined;',
            "if (!after) return undefined;",
        ),
        shown="removed",
    ),
    wrong(
        "patch-for-put",
        "tells what appears as a change of what is there",
        Reason.ALTERED,
        Edit(
            "views.ts",
            'return { op: "put", kind, key, value: after };',
            'return { op: "patch", kind, key, value: after };',
        ),
    ),
    wrong(
        "leftover-combatant",
        "leaves a combatant behind whose token is gone",
        Reason.ALTERED,
        Edit("kinds.ts", "hidesRow: true, deletesRow: true }", "hidesRow: true }"),
        shown="gm",
    ),
    wrong(
        "nulls",
        "keeps fields that are taken away",
        Reason.MISSING,
        Edit(
            "merge-patch.ts",
            "if (value === null) result.delete(field);",
            "if (value === null) continue;",
        ),
        script="secrets",
        shown="handout",
    ),
    wrong(
        "rounds",
        "rounds coordinates to whole pixels",
        Reason.ALTERED,
        Edit(
            "kinds.ts",
            "const pixels = z.number()",
            "const pixels = z.number().overwrite(Math.round)",
        ),
    ),
    wrong(
        "empty",
        "sends an empty message for what an audience may not see",
        Reason.UNREADABLE,
        Edit("publish.ts", "    .filter(([, changes]) => changes.length > 0);\n", ";\n"),
    ),
    wrong(
        "wide-numbers",
        "counts each message twice",
        Reason.GAP,
        Edit("store.ts", "this.seqOf(audience) + 1]", "this.seqOf(audience) + 2]"),
    ),
    wrong(
        "numbers-from-one",
        "says that a stream is one further than it is",
        Reason.GAP,
        Edit(
            "streams.ts",
            "const seq = this.#store.seqOf(audience);\n    const version",
            "const seq = this.#store.seqOf(audience) + 1;\n    const version",
        ),
    ),
    wrong(
        "one-count",
        "numbers all audiences as one, so that players can count what they don't see",
        Reason.GAP,
        Edit(
            "store.ts",
            "return new Map(movedStreams(told).map((audience) => [audience, this.seqOf(audience) + 1]));",
            "return new Map([...movedStreams(told), ...this.#seq.keys()]"
            ".map((audience) => [audience, this.#number + 1]));",
        ),
    ),
    wrong(
        "resume-repeats",
        "tells who comes back the last thing they know once more",
        Reason.REPEATED,
        Edit("streams.ts", "missed(audience, cursor.seq)", "missed(audience, cursor.seq - 1)"),
        shown="player 2",
    ),
    wrong(
        "resume-skips",
        "leaves out the first thing that somebody missed",
        Reason.MISSING,
        Edit(
            "streams.ts", "missed(audience, cursor.seq)", "missed(audience, cursor.seq)?.slice(1)"
        ),
        shown="player 2",
    ),
    wrong(
        "resume-backwards",
        "tells what was missed in the wrong order",
        Reason.REORDERED,
        Edit("ring.ts", "return missed.reverse();", "return missed;"),
        script="reconnect",
    ),
    wrong(
        "forgets-what-was-missed",
        "sends who comes back everything again",
        Reason.NOT_RESUMED,
        Edit("streams.ts", "cursor?.epoch === epoch ?", "cursor?.epoch === '' ?"),
    ),
    wrong(
        "twice-on-return",
        "tells who comes back everything twice from then on",
        Reason.REPEATED,
        Edit(
            "streams.ts",
            "if (cursor) this.#counters.resyncs += 1;",
            "if (cursor) {\n"
            "      const { socket } = seat;\n"
            "      const send = socket.send.bind(socket);\n"
            '      socket.send = (text) => { send(text); if (String(text).includes("delta")) send(text); };\n'
            "    }",
        ),
        shown="player 2",
    ),
    wrong(
        "old-snapshot",
        "keeps the first snapshot for all who come later",
        Reason.ALTERED,
        Edit("streams.ts", "this.#snapshots.delete(audience);", "audience;"),
        shown="late",
    ),
    wrong(
        "snapshot-one-behind",
        "sends latecomers a snapshot with the right number and the content of before",
        Reason.ALTERED,
        Edit(
            "streams.ts",
            "this.#snapshots.set(audience, texts);",
            "this.#snapshots.set(audience, texts);\n"
            '    texts[0] = texts[0]!.replace(/"combatantId":"[^"]*",?/, "");',
        ),
    ),
    wrong(
        "not-moved",
        "leaves who comes to own something in the audience of before",
        Reason.MISSING,
        Edit("streams.ts", "const moving = this.#lift(plan.moved);", "const moving: Seat[] = [];"),
        shown="player 3",
    ),
    wrong(
        "batch-without-from",
        "tells several changes as one without saying so",
        Reason.MISSING,
        Edit(
            "streams.ts",
            "first === undefined || first === seq ? { seq }",
            "first !== undefined || first === seq ? { seq }",
        ),
        EAGER,
    ),
    wrong(
        "batch-without-first",
        "leaves out the first of several changes that it tells as one",
        Reason.ALTERED,
        Edit(
            "batch.ts",
            "return held?.netChanges(now).map(({ change }) => change);",
            "return held?.netChanges(now).map(({ change }) => change).filter((_, at, all) => at > 0 || all.length === 1);",
        ),
        EAGER,
    ),
    wrong(
        "batch-from-before",
        "says that several changes that it tells as one begin one earlier than they do",
        Reason.GAP,
        Edit("streams.ts", "{ from: first, seq };", "{ from: first - 1, seq };"),
        EAGER,
    ),
    wrong(
        "point-lost",
        "tells nobody what others point at",
        Reason.MISSING,
        Edit("presence.ts", "this.#sockets.tell(audience, [frame(", "void (audience, [frame("),
        shown="drag",
    ),
    wrong(
        "point-for-others",
        "tells the sender's own audience nothing of what it points at",
        Reason.MISSING,
        Edit(
            "presence.ts",
            "const items = pending.flatMap((pointing) =>",
            "const items = pending.filter(({ client }) => client.role !== audience)"
            ".flatMap((pointing) =>",
        ),
        shown="drag",
    ),
    wrong(
        "point-elsewhere",
        "tells another place than what somebody points at",
        Reason.ALTERED,
        Edit(
            "presence.ts",
            "return [{ user, role, kind, value, ttl }];",
            "return [{ user, role, kind, value: { ...value, x: 0 }, ttl }];",
        ),
        shown="drag",
    ),
    wrong(
        "point-by-another",
        "says that somebody of another role points",
        Reason.ALTERED,
        Edit(
            "presence.ts",
            "return [{ user, role, kind, value, ttl }];",
            'return [{ user, role: "spectator", kind, value, ttl }];',
        ),
        shown="drag",
    ),
    wrong(
        "point-twice",
        "tells what somebody points at again with the next",
        Reason.REPEATED,
        Edit("presence.ts", "    this.#pending.clear();\n", ""),
        shown="drag",
    ),
)
