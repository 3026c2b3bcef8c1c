"""Rooms that keep the wrong state, answer wrongly, or let the wrong ones in."""

from __future__ import annotations

from tests.mutants.mutant import Edit, Mutant
from tests.mutants.streams import wrong
from vttsync.broadcast.judge.verdict import Reason

_COMMIT = (
    "streams.publish(plan, now, id === undefined ? undefined : { id, body, answer: answered });"
)

STATES: tuple[Mutant, ...] = (
    wrong(
        "spectator-as-gm",
        "takes spectators for the game master",
        Reason.LEAKED,
        Edit(
            "claims.ts",
            "role: role.parse(request.headers.get(ROLE)),",
            'role: role.parse(request.headers.get(ROLE)?.replace("spectator", "gm")),',
        ),
        shown="spectator",
    ),
    wrong(
        "player-as-spectator",
        "takes players for spectators",
        Reason.WRONG_AUDIENCE,
        Edit(
            "claims.ts",
            "role: role.parse(request.headers.get(ROLE)),",
            'role: role.parse(request.headers.get(ROLE)?.replace("player", "spectator")),',
        ),
        shown="player",
    ),
    wrong(
        "expired-tickets",
        "lets in who comes with an expired ticket",
        Reason.EXPIRED,
        Edit("tickets.ts", "clockTolerance: LEEWAY", "clockTolerance: 1e6"),
        shown="player 3",
    ),
    wrong(
        "refuses-spectators",
        "lets no spectator in",
        Reason.REFUSED,
        Edit(
            "session.ts",
            "if (store.isRevoked(client.sub, issued)) {",
            'if (client.role === "spectator") {',
        ),
        shown="spectator",
    ),
    wrong(
        "silent",
        "accepts connections and stays silent",
        Reason.SILENT,
        Edit("session.ts", "        streams.greet(seat, cursorOf(request));\n", ""),
    ),
    wrong(
        "one-object",
        "keeps all sessions in one object",
        Reason.MIXED,
        Edit(
            "index.ts",
            "new URL(`/parties/session/${path}`",
            'new URL(`/parties/session/${path.replace(/^[^/?]+/, "lobby")}`',
        ),
        shown="next-door",
    ),
    wrong(
        "shared-snapshots",
        "keeps the snapshots of all sessions in one variable of the module",
        Reason.MIXED,
        Edit(
            "streams.ts",
            "  readonly #snapshots = new Map<Audience, string[]>();",
            "  static readonly all = new Map<Audience, string[]>();\n"
            "  readonly #snapshots = Streams.all;",
        ),
        shown="late gm next door",
    ),
    wrong(
        "old-version",
        "still runs the version of before",
        Reason.WRONG_VERSION,
        Edit(
            "session.ts",
            "return this.env.CF_VERSION_METADATA.id;",
            'return "00000000-0000-4000-8000-000000000000";',
        ),
    ),
    wrong(
        "other-protocol",
        "speaks another version of the protocol",
        Reason.WRONG_PROTOCOL,
        Edit(
            "streams.ts",
            "protocol: PROTOCOL, version, epoch, seq, audience } as const",
            "protocol: 2 as 1, version, epoch, seq, audience } as const",
        ),
    ),
    wrong(
        "one-epoch",
        "gives all streams one epoch",
        Reason.WRONG_EPOCH,
        Edit("store.ts", "return `${this.epoch}.${audience}`;", "return this.epoch;"),
    ),
    wrong(
        "new-epochs",
        "begins a new epoch for each message",
        Reason.WRONG_EPOCH,
        Edit(
            "store.ts",
            "return `${this.epoch}.${audience}`;",
            "return `${crypto.randomUUID()}.${audience}`;",
        ),
    ),
    wrong(
        "loses-memory",
        "begins anew from an empty storage in the middle",
        Reason.WRONG_EPOCH,
        Edit(
            "session.ts",
            "return await answer(() => this.#open(), request);",
            "const given = await answer(() => this.#open(), request);\n"
            "      if (this.#counters.publishes === 8) {\n"
            "        this.#counters.publishes += 1;\n"
            "        await this.ctx.storage.deleteAll();\n"
            "        this.#room = undefined;\n"
            "      }\n"
            "      return given;",
        ),
    ),
    wrong(
        "loses-numbers",
        "forgets in the middle where its streams stand",
        Reason.WRONG_EPOCH,
        Edit(
            "session.ts",
            "return await answer(() => this.#open(), request);",
            "const given = await answer(() => this.#open(), request);\n"
            "      if (this.#counters.publishes === 8) {\n"
            "        this.#counters.publishes += 1;\n"
            "        this.ctx.storage.sql.exec(\"UPDATE room SET epoch = ''\");\n"
            "        this.#room = undefined;\n"
            "      }\n"
            "      return given;",
        ),
    ),
    wrong(
        "loses-last",
        "answers a publish before it is stored, and then forgets it",
        Reason.MISSING,
        Edit("answers.ts", _COMMIT, f"if (room.counters.publishes !== 9) {_COMMIT}"),
    ),
    wrong(
        "retries",
        "applies a repeated publish again",
        Reason.ANSWER,
        Edit("publish.ts", "rev <= current.rev", "rev < current.rev"),
        shown="again",
    ),
    wrong(
        "late-wins",
        "lets a publish that comes too late win",
        Reason.EXTRA,
        Edit("publish.ts", "rev <= current.rev", "rev === current.rev"),
        shown="too late",
    ),
    wrong(
        "refuses-patches",
        "refuses merge patches",
        Reason.PUBLISH,
        Edit("publish.ts", "current.rev !== change.base)", "change.base)"),
    ),
    wrong(
        "answers-numbers",
        "answers publishes with the numbers of before",
        Reason.ANSWER,
        Edit(
            "answers.ts",
            "const seq = { ...seqs(room), ...Object.fromEntries(store.seqAfter(plan)) };",
            "const seq = { ...seqs(room) };",
        ),
    ),
    wrong(
        "digest-of-gm",
        "names the digest of what the game master sees for every audience",
        Reason.DIGEST,
        Edit(
            "answers.ts",
            "[audience, streams.view(audience)] as const);",
            '[audience, { ...streams.view(audience), entities: streams.view("gm").entities }] as const);',
        ),
    ),
    wrong(
        "digest-behind",
        "names digests that are one message behind",
        Reason.DIGEST,
        Edit(
            "answers.ts",
            "[audience, { seq, sha256: await digestOf(entities) }]",
            "[audience, { seq: seq - 1, sha256: await digestOf(entities) }]",
        ),
    ),
    wrong(
        "digest-of-rows",
        "leaves an entity out of the digests",
        Reason.DIGEST,
        Edit(
            "answers.ts",
            "sha256: await digestOf(entities) }] as const;",
            "sha256: await digestOf(entities.slice(1)) }] as const;",
        ),
    ),
    wrong(
        "own-bytes",
        "writes messages for each connection instead of once",
        Reason.UNEQUAL,
        Edit(
            "sockets.ts",
            "      seat.socket.send(text);",
            '      seat.socket.send(seat.client.sub === "player 3" ? `${text} ` : text);',
        ),
        shown="player 3",
    ),
    wrong(
        "binary",
        "sends bytes instead of text",
        Reason.UNREADABLE,
        Edit(
            "sockets.ts",
            "seat.socket.send(text);",
            "seat.socket.send(new TextEncoder().encode(text));",
        ),
    ),
    wrong(
        "chatty-pong",
        "has more to say to a ping than a pong",
        Reason.UNREADABLE,
        Edit(
            "session.ts",
            'new WebSocketRequestResponsePair("ping", "pong")',
            'new WebSocketRequestResponsePair("ping", "pong 3")',
        ),
    ),
    wrong(
        "unasked-stale",
        "asks clients again and again whether they keep up",
        Reason.EXTRA,
        Edit("seat.ts", "this.#unanswered > LIMITS.windowBytes", "this.#unanswered > 2000"),
    ),
    wrong(
        "complains",
        "complains of clients that did nothing wrong",
        Reason.ERROR,
        Edit(
            "session.ts",
            "presence.say(seat.client, kind, value);",
            'presence.say(seat.client, kind, value); this.#complain(seat, "hm");',
        ),
    ),
    wrong(
        "throws-out",
        "throws out who points at something",
        Reason.CLOSED,
        Edit(
            "session.ts",
            "presence.say(seat.client, kind, value);",
            'presence.say(seat.client, kind, value); this.#end(seat.socket, "too_fast", "hm");',
        ),
    ),
)
