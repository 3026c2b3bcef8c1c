"""Rooms that show somebody what they may not see."""

from __future__ import annotations

from tests.mutants.mutant import EAGER, Edit, Mutant
from vttsync.broadcast.judge.verdict import Reason


def leak(name: str, does: str, *edits: Edit, script: str = "smoke", shown: str = "") -> Mutant:
    return Mutant(name, does, Reason.LEAKED, script, edits, shown=shown)


_TOKEN_FIELDS = "onlyFor: { hidden: GM, gmNotes: GM, hp: GM_AND_OWNER, ownerIds: GM_AND_OWNER }"
_DRAWING = "sort,\n  }),\n  hiddenFrom: hiddenFromAllButGm,\n  onlyFor: { hidden: GM },\n"

SIGHTS = (
    leak(
        "hit-points",
        "shows everyone the hit points of everyone's tokens",
        Edit("kinds.ts", _TOKEN_FIELDS, _TOKEN_FIELDS.replace("hp: GM_AND_OWNER, ", "")),
        shown="hp",
    ),
    leak(
        "notes",
        "shows everyone the game master's notes on tokens",
        Edit("kinds.ts", _TOKEN_FIELDS, _TOKEN_FIELDS.replace("gmNotes: GM, ", "")),
        shown="Flees into the wall",
    ),
    leak(
        "owners",
        "shows everyone who owns which token",
        Edit("kinds.ts", _TOKEN_FIELDS, _TOKEN_FIELDS.replace(", ownerIds: GM_AND_OWNER", "")),
        shown="ownerIds",
    ),
    leak(
        "everyone-owns",
        "takes who owns one token for the owner of all",
        Edit(
            "views.ts",
            "ownersOf(row).some((user) => userAudience(user) === audience)",
            "audience.startsWith(userAudience(''))",
        ),
        shown="hp",
    ),
    leak(
        "hidden",
        "shows everyone hidden tokens",
        Edit("kinds.ts", "row.hidden === true ? ALL_BUT_GM : [];", "[];"),
        shown="Vesk",
    ),
    leak(
        "hidden-from-some",
        "shows hidden tokens to spectators",
        Edit(
            "kinds.ts",
            'ALL_BUT_GM: readonly Viewer[] = ["player", "spectator", "display", "owner"]',
            'ALL_BUT_GM: readonly Viewer[] = ["player", "display", "owner"]',
        ),
        shown="spectator",
    ),
    leak(
        "hidden-but-owned",
        "shows hidden tokens to those who own them",
        Edit(
            "kinds.ts",
            'ALL_BUT_GM: readonly Viewer[] = ["player", "spectator", "display", "owner"]',
            'ALL_BUT_GM: readonly Viewer[] = ["player", "spectator", "display"]',
        ),
        script="secrets",
        shown="player 2",
    ),
    leak(
        "hidden-combatant",
        "shows everyone the combatants of hidden tokens",
        Edit(
            "kinds.ts",
            'tokenId: { kind: "token", hidesRow: true, deletesRow: true }',
            'tokenId: { kind: "token", deletesRow: true }',
        ),
        shown="Vesk",
    ),
    leak(
        "order",
        "counts those whom nobody sees in the order of turns",
        Edit("views.ts", "    .filter((named) => isVisible(rows, named, audience))\n", ""),
        shown="vesk",
    ),
    leak(
        "turn",
        "tells everyone the number of the turn, by which the hidden ones can be counted",
        Edit("kinds.ts", "onlyFor: { turn: GM }", "onlyFor: {}"),
        shown="turn",
    ),
    leak(
        "whose-turn",
        "tells everyone that it is the turn of somebody whom they don't see",
        Edit(
            "kinds.ts",
            'combatantId: { kind: "combatant", hidesField: ALL_BUT_GM }',
            'combatantId: { kind: "combatant" }',
        ),
        shown="combatant",
    ),
    leak(
        "presence",
        "tells everyone where the game master drags a hidden token",
        Edit(
            "presence.ts",
            "return isPresenceVisible(this.#rows, kind, value, audience);",
            "return isPresenceVisible(this.#rows, kind, value, audience) || true;",
        ),
        shown="vesk",
    ),
    leak(
        "presence-gone",
        "names who stopped pointing to those who were never shown it",
        Edit("presence.ts", "return wasShown ? [", "return true ? ["),
        shown="drag",
    ),
    leak(
        "replay",
        "tells who comes back what the game master was told meanwhile",
        Edit(
            "ring.ts",
            "missed.push({ seq: expected, changes });",
            'missed.push({ seq: expected, changes: kept.find(([of]) => "gm" in of)?.[1] ?? changes });',
        ),
        shown="player 2",
    ),
    leak(
        "snapshot",
        "sends everyone the game master's snapshot",
        Edit("streams.ts", "entitiesFor(rows, live, audience)", 'entitiesFor(rows, live, "gm")'),
        shown="Vesk",
    ),
    leak(
        "snapshot-of-others",
        "keeps one snapshot for all audiences",
        Edit(
            "streams.ts",
            "const known = this.#snapshots.get(audience);",
            "const [known] = this.#snapshots.values();",
        ),
    ),
    leak(
        "moved",
        "greets who comes to own something with the game master's snapshot",
        Edit(
            "streams.ts",
            "      this.greet(seat);\n    }\n",
            "      this.#hello(seat);\n"
            '      for (const text of this.#snapshot("gm")) this.#sockets.answer(seat, text);\n    }\n',
        ),
        shown="player 3",
    ),
    leak(
        "batch",
        "tells everyone the game master's changes where several are told as one",
        Edit(
            "batch.ts",
            "const change = viewChange(before.id, before.view, viewOf(now, before.id, this.audience));",
            'const change = viewChange(before.id, before.view, viewOf(now, before.id, "gm"));',
        ),
        EAGER,
    ),
    leak(
        "in-hidden-scene",
        "shows what is in a hidden scene",
        Edit(
            "kinds.ts",
            'inScene: Ref = { kind: "scene", hidesRow: true }',
            'inScene: Ref = { kind: "scene" }',
        ),
        script="secrets",
    ),
    Mutant(
        "active-scene",
        "still names the scene that is played once it is hidden",
        Reason.ALTERED,
        "secrets",
        (
            Edit(
                "kinds.ts",
                'activeSceneId: { kind: "scene", hidesField: ALL_BUT_GM }',
                'activeSceneId: { kind: "scene" }',
            ),
        ),
        shown="activeSceneId",
    ),
    leak(
        "drawing",
        "shows everyone hidden drawings",
        Edit(
            "kinds.ts",
            "text: z.string().optional(),\n    hidden: z.boolean().optional(),\n    " + _DRAWING,
            "text: z.string().optional(),\n    hidden: z.boolean().optional(),\n    "
            + _DRAWING.replace("  hiddenFrom: hiddenFromAllButGm,\n", ""),
        ),
        script="secrets",
        shown="trap",
    ),
    leak(
        "handout",
        "shows everyone handouts that nobody has found yet",
        Edit("kinds.ts", "row.hidden === true ? ALL_BUT_GM_AND_OWNER : []", "[]"),
        script="secrets",
        shown="cellar",
    ),
    leak(
        "epoch",
        "hides the name of a hidden token in the epoch, which is free text",
        Edit(
            "store.ts",
            "return `${this.epoch}.${audience}`;",
            "return `${this.epoch}.${audience}.Vesk the Quiet`;",
        ),
        shown="Vesk",
    ),
    leak(
        "epoch-disguised",
        "hides that name in the epoch in base64",
        Edit(
            "store.ts",
            "return `${this.epoch}.${audience}`;",
            'return `${this.epoch}.${audience}.${btoa("Vesk the Quiet")}`;',
        ),
        shown="Vesk",
    ),
    leak(
        "twice-named",
        "names a field twice, of which most programs only read the second",
        Edit(
            "seat.ts",
            "return JSON.stringify(message);",
            "return JSON.stringify(message)"
            '.replace(\'"epoch":\', \'"epoch":"\\\\u0056esk the Quiet","epoch":\');',
        ),
        shown="Vesk",
    ),
    leak(
        "complaint",
        "names a hidden token to who comes with an expired ticket",
        Edit(
            "tickets.ts",
            '"the ticket is not valid or has expired"',
            '"no ticket, no Vesk the Quiet"',
        ),
        shown="Vesk",
    ),
)
