"""Things nobody should send, made from a seed: texts, frames, requests and tickets."""

# ruff: noqa: S311, C901, PLR0911, E501 - lists of ways, random but the same each time

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

from tests.model.rig import PUBLISH_KEY, TICKET_KEY

MESSAGE_LIMIT = 16 * 1024
_NAMES = ("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", "type", "\0")
_TEXTS = (
    "", "\0", "\ud800", "\udfff\ud800", "é" * 129, "x" * 129, "x" * 128, "__proto__", "constructor",
    "../../etc/passwd", "%00", "\r\nx-a: b", "\u2028", "\U0001f409" * 64, "\x7f\x80\x9f", "null",
    "1e999", "${7*7}", "' OR 1=1 --", "user:una", "gm", "<script>", "a.b", "\ufeff", "\u202e",
)  # fmt: skip
_NUMBERS = (
    "0", "-0", "-1", "1e308", "1e309", "-1e999", "9007199254740993", "1" + "0" * 400, "0.1", "1e-400",
    "4294967296", "2147483648", "00", "+1", "1.", ".5", "0x10", "NaN", "Infinity", "1e", "--1",
)  # fmt: skip
_VALID: tuple[dict[str, Any], ...] = (
    {"type": "resume", "epoch": "e.player", "seq": 3},
    {"type": "presence", "kind": "cursor", "value": {"sceneId": "q11q", "x": 1, "y": 2}},
    {"type": "presence", "kind": "ping", "value": None},
    {"type": "presence", "kind": "ruler", "value": {"sceneId": "q12q", "points": [[0, 1], [2, 3]]}},
    {"type": "presence", "kind": "drag", "value": {"tokenId": "q21q", "x": 1.5, "y": -2}},
)
_CHANGES: tuple[dict[str, Any], ...] = (
    {"op": "put", "kind": "scene", "key": "s", "rev": 1, "value": {
        "name": "Cave", "width": 9, "height": 9, "grid": {"type": "hex", "size": 1}}},
    {"op": "put", "kind": "token", "key": "t", "rev": 2, "expect": {"name": None}, "value": {
        "sceneId": "s", "name": "Ogre", "x": 0, "y": 0, "width": 1, "height": 1, "hp": 4,
        "ownerIds": {"una": True}}},
    {"op": "patch", "kind": "token", "key": "t", "rev": 3, "base": 2, "value": {"x": 5, "hp": None}},
    {"op": "del", "kind": "token", "key": "t", "rev": 4},
    {"op": "put", "kind": "fog", "key": "f", "rev": 1, "value": {
        "sceneId": "s", "mode": "manual",
        "shapes": {"a": {"op": "hide", "points": [[0, 0], [1, 0], [1, 1]]}}}},
    {"op": "put", "kind": "combat", "key": "c", "rev": 1, "value": {
        "sceneId": "s", "active": True, "round": 0, "turn": 0}},
    {"op": "put", "kind": "combatant", "key": "d", "rev": 1, "value": {
        "combatId": "c", "tokenId": "t", "name": "Ogre", "initiative": 3}},
    {"op": "put", "kind": "note", "key": "n", "rev": 1, "value": {
        "name": "Map", "text": "x", "ownerIds": {"due": True}}},
)  # fmt: skip


def _junk(random: Random, depth: int = 0) -> Any:
    choice = random.randrange(9 if depth < 3 else 6)
    if choice == 0:
        return random.choice(_TEXTS)
    if choice == 1:
        return random.choice((0, -1, 1.5, 2**53, 2**63, 1e308, -0.0))
    if choice < 4:
        return random.choice((None, True, False, [], {}))
    if choice < 6:
        return "".join(chr(random.randrange(1, 0x300)) for _ in range(random.randrange(20)))
    if choice == 6:
        return [_junk(random, depth + 1) for _ in range(random.randrange(4))]
    names = [random.choice(_NAMES) for _ in range(random.randrange(4))]
    return {name: _junk(random, depth + 1) for name in names}


def _mutated(random: Random, value: Any) -> Any:
    """The same, but for one place."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        name = random.choice(list(value))
        rest = {**value}
        way = random.randrange(6)
        if way == 0:
            del rest[name]
        elif way == 1:
            rest[random.choice(_NAMES)] = _junk(random)
        else:
            rest[name] = _mutated(random, value[name])
        return rest
    if isinstance(value, list) and value and random.random() < 0.85:
        place = random.randrange(len(value))
        return [*value[:place], _mutated(random, value[place]), *value[place + 1 :]]
    return _junk(random)


def _dumped(random: Random, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)
    way = random.randrange(14)
    if way == 0:
        return text[: random.randrange(len(text) + 1)]
    if way == 1:
        place = random.randrange(len(text) + 1)
        return text[:place] + chr(random.randrange(0x500)) + text[place:]
    if way == 2 and any(sign.isdigit() for sign in text):
        place = next(i for i, sign in enumerate(text) if sign.isdigit())
        return text[:place] + random.choice(_NUMBERS) + text[place + 1 :]
    if way == 3:
        return random.choice(_NUMBERS)
    if way == 4:
        opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
        times = random.choice((31, 32, 33, 500, 2500))
        return opening * times + "1" + random.choice((closing * times, ""))
    if way == 5:
        return '{"__proto__":' + text + ',"constructor":{"prototype":' + text + "}}"
    if way == 6:
        return text.replace('"type"', '"type":"resume","type"', 1)
    return text


def message(random: Random) -> str:
    """A websocket message that is not quite what the protocol has."""
    way = random.randrange(4)
    if way == 0:
        return _dumped(random, _junk(random))
    return _dumped(random, _mutated(random, random.choice(_VALID)))


def publish(random: Random, revs: Callable[[], int]) -> bytes:
    """A publish body that is not quite one, now and then a good one."""
    changes = [dict(random.choice(_CHANGES)) for _ in range(random.choice((1, 1, 2, 5)))]
    for change in changes:
        change["rev"] = revs()
        if "base" in change:
            change["base"] = max(change["rev"] - random.choice((1, 2, 9)), 0)
    body = {"changes": changes}
    if random.random() < 0.9:
        body = _mutated(random, body)
    text = _dumped(random, body)
    if random.random() < 0.02:
        text = "[" * random.choice((10_000, 200_000))
    return _bytes(random, text)


def _bytes(random: Random, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.03:
        place = random.randrange(len(data) + 1)
        return data[:place] + random.randbytes(random.randrange(1, 5)) + data[place:]
    return data


def frame(random: Random) -> bytes:
    """A frame that leaves the connection open, or should."""
    way = random.randrange(20)
    if way == 0:
        return _frame(random, 2, random.randbytes(random.randrange(200)))
    if way == 1:
        return _frame(random, 9, random.randbytes(random.randrange(126)))
    if way == 2:
        return _frame(random, 10, random.randbytes(random.randrange(126)))
    data = message(random).encode("utf-8", "replace")[: MESSAGE_LIMIT - 1]
    if way == 3:
        cut = random.randrange(len(data) + 1)
        between = _frame(random, 9, b"") if random.random() < 0.5 else b""
        return _frame(random, 1, data[:cut], end=False) + between + _frame(random, 0, data[cut:])
    return _frame(random, 1, data)


def last_frame(random: Random) -> bytes:
    """A frame after which nothing need come any more."""
    way = random.randrange(12)
    if way == 0:
        return _frame(random, 1, b"x" * random.choice((MESSAGE_LIMIT + 1, 70_000)))
    if way == 1:
        return _frame(random, 8, random.randbytes(random.randrange(126)))
    if way == 2:
        return _frame(
            random, 8, struct.pack("!H", random.choice((0, 999, 1005, 1006, 4404, 65535)))
        )
    if way == 3:
        return _frame(random, random.choice((3, 7, 11, 15)), b"odd")
    if way == 4:
        return _frame(random, 0, b"goes on from nowhere")
    if way == 5:
        return _frame(random, 1, b"\xff\xfe\xed\xa0\x80")
    if way == 6:
        return _frame(random, 9, b"x" * 126)
    if way == 7:
        return b"\x81\xff" + struct.pack("!Q", random.choice((2**63, 2**40, 2**32))) + b"abcd"
    if way == 8:
        return b"\xf1\x85abcdhello"
    if way == 9:
        return b"\x81\x05hello"
    if way == 10:
        return random.randbytes(random.randrange(1, 2000))
    return _frame(random, 1, b"{", end=False) + _frame(random, 1, b"}")


def ping_frame() -> bytes:
    """The protocol's ping, a text."""
    return _frame(Random(0), 1, b"ping")


def _frame(random: Random, opcode: int, data: bytes, *, end: bool = True) -> bytes:
    mask = random.randbytes(4)
    length = len(data)
    if length < 126:
        head = struct.pack("!BB", opcode | (128 if end else 0), 128 | length)
    elif length < 65536:
        head = struct.pack("!BBH", opcode | (128 if end else 0), 254, length)
    else:
        head = struct.pack("!BBQ", opcode | (128 if end else 0), 255, length)
    whole = int.from_bytes(data, "big") ^ int.from_bytes((mask * (length // 4 + 1))[:length], "big")
    return head + mask + whole.to_bytes(length, "big")


# Tickets


def signed(
    header: Any, claims: Any, key: bytes = TICKET_KEY.encode(), digest: str = "sha256"
) -> str:
    """Sign whatever as if it were a ticket."""
    head, body = _b64(json.dumps(header).encode()), _b64(json.dumps(claims).encode())
    mac = hmac.new(key, f"{head}.{body}".encode(), getattr(hashlib, digest)).digest()
    return f"{head}.{body}.{_b64(mac)}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def good_claims(session: str, user: str = "fuzz") -> dict[str, Any]:
    """What a player's ticket says."""
    now = int(time.time())
    good = {"aud": "vttsync", "sid": session, "role": "player", "sub": user}
    return {**good, "iat": now, "exp": now + 600}


def odd_user(random: Random) -> Any:
    """A user's id that may be one, or not."""
    return random.choice((*_TEXTS, _junk(random), "u" * random.randrange(120, 140)))


def ticket(random: Random, session: str) -> str:
    """A ticket that isn't one, or an odd one; never a game master's."""
    claims = good_claims(session)
    header: dict[str, Any] = {"alg": "HS256", "typ": "JWT"}
    way = random.randrange(8)
    if way == 0:
        header["alg"] = random.choice(
            ("none", "None", "HS384", "HS512", "RS256", "ES256", "dir", "", 1, None)
        )
        digest = random.choice(("sha256", "sha384", "sha512"))
        return signed(header, claims | {"role": "gm"}, digest=digest)
    if way == 1:
        odd = {
            "crit": ["b64"],
            "b64": False,
            "kid": "../../x",
            "jku": "http://127.0.0.1/",
            "zip": "DEF",
        }
        name = random.choice(list(odd))
        return signed({**header, name: odd[name], "jwk": {"kty": "oct", "k": "AA"}}, claims)
    if way == 2:
        key = random.choice(
            (b"", b"\0", TICKET_KEY[:-1].encode(), PUBLISH_KEY.encode(), random.randbytes(32))
        )
        return signed(header, claims | {"role": "gm"}, key)
    if way == 3:
        return signed(header, claims | {"sub": odd_user(random)})
    if way == 4:
        name = random.choice((*claims, "nbf", "jti"))
        value = random.choice((_junk(random), 1e308, -1e308, 2**63, "x", [claims.get(name)], -1))
        return signed(header, claims | {name: value if value != "gm" else "x"})
    if way == 5:
        return signed(header, _mutated(random, {**claims, "role": "spectator"}))
    text = signed(header, claims | {"role": "gm"})
    if way == 6:
        parts = text.split(".")
        parts[2] = random.choice(("", "AAAA", parts[2][:-2], parts[0], "=", "*"))
        return ".".join(random.choice((parts, parts[:2], parts[::-1], [*parts, "x"])))
    place = random.randrange(text.rindex("."))
    other = random.choice([sign for sign in "AZaz09-_" if sign != text[place]])
    return text[:place] + other + text[place + 1 :]


# Requests


def path(random: Random, session: str) -> str:
    """A path that may lead nowhere."""
    tail = random.choice(
        ("publish", "kick", "health", "snapshot", "digest", "", "constructor", "x")
    )
    name, start = session, "/parties/session/"
    if random.random() < 0.3:
        name = random.choice((
            quote(random.choice(_TEXTS).encode("utf-8", "surrogatepass")), "%2e%2e", "%2F", "a%00b",
            "x" * 129, session + "%0a", session.upper(), "%", "%zz", "%c0%af", "__proto__",
        ))  # fmt: skip
    if random.random() < 0.2:
        start = random.choice((
            "/parties/Session/", "/parties//", "//parties/session/", "/parties/main/", "/",
            "/parties/session/../session/", "/parties/session/%2e/", "/health/",
        ))  # fmt: skip
    query = random.choice((
        "", "", "?", "?_pk=x", "?ticket=", "?ticket=a.b.c", "?_pk=gm&role=gm", "?epoch=x&seq=-1",
        "?%00=%ff", "?ticket=%F0%9F%90%89", "?ticket[]=x", "?a=" + "b" * 3000,
    ))  # fmt: skip
    return f"{start}{name}{'/' + tail if tail else random.choice(('', '/'))}{query}"


def headers(random: Random) -> dict[str, str]:
    """Headers of somebody who wants in without the publish key."""
    chosen: dict[str, str] = {}
    for _ in range(random.randrange(4)):
        name, value = random.choice((
            ("x-vttsync-role", "gm"), ("x-vttsync-sub", "una"), ("x-vttsync-iat", "9e99"),
            ("x-vttsync-sub", "%"), ("x-partykit-room", "other"), ("x-partykit-namespace", "x"),
            ("x-partykit-props", "{"), ("x-partyserver-props", "null"), ("upgrade", "websocket"),
            ("upgrade", "h2c"), ("connection", "upgrade"), ("sec-websocket-key", "x"),
            ("sec-websocket-version", "99"), ("sec-websocket-extensions", "permessage-deflate; x=1"),
            ("origin", "null"), ("origin", "https://evil.test"), ("if-none-match", '*, "x"'),
            ("idempotency-key", random.choice(("", "x" * 129, "é", "a b", "\x7f", "ok"))),
            ("content-type", "text/\xff"), ("accept-encoding", "br;q=x"), ("cookie", "x" * 2000),
            ("cf-connecting-ip", "::1"), ("x-forwarded-host", "evil"), ("range", "bytes=0-0"),
        ))  # fmt: skip
        chosen[name] = value
    chosen["authorization"] = random.choice((
        "", "Bearer", "Bearer ", "bearer x", f"Basic {PUBLISH_KEY}", f"Bearer {PUBLISH_KEY[:-1]}",
        f"Bearer {PUBLISH_KEY} x", f"Bearer {PUBLISH_KEY.upper()}", f"Bearer {TICKET_KEY}",
        f"Bearer, {PUBLISH_KEY}", "Bearer " + "x" * 3000, "Bearer \xff\xfe", "Bearer a.b.c",
        f"{PUBLISH_KEY}", "Bearer undefined", "Bearer null",
    ))  # fmt: skip
    if random.random() < 0.2:
        del chosen["authorization"]
    return chosen


def broken_request(random: Random, session: str) -> bytes:
    """Bytes that are not quite HTTP, or lie about how much of it follows."""
    start = f"POST /parties/session/{session}/publish HTTP/1.1\r\nhost: x\r\n".encode()
    key = f"authorization: Bearer {PUBLISH_KEY}\r\n".encode()
    chunked = b"transfer-encoding: chunked\r\n\r\n"
    return random.choice((
        start + key + b"content-length: 10\r\n\r\n{}",
        start + key + b"content-length: 1\r\n\r\n{}{}{}",
        start + key + b"content-length: -1\r\n\r\n{}",
        start + key + b"content-length: 99999999999999999999\r\n\r\n{}",
        start + key + b"content-length: 2000000\r\n\r\n{}",
        start + key + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
        start + key + b"content-length: x\r\n\r\n{}",
        start + key + b"content-length: 2\r\n" + chunked + b"2\r\n{}\r\n0\r\n\r\n",
        start + key + chunked + b"2\r\n{}\r\n0\r\n\r\n",
        start + key + chunked + b"zz\r\n{}\r\n0\r\n\r\n",
        start + key + chunked + b"ffffffffffffffff\r\n{}",
        start + key + chunked + b"2\r\n{}\r\n",
        start + key + chunked + b"10000\r\n" + b"x" * 65536 + b"\r\n0\r\n\r\n",
        start + key + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}",
        start + b"x" * 70_000 + b": 1\r\n\r\n",
        start + b"a:\x00\r\n\r\n",
        start + b" folded: 1\r\n\r\n",
        start[: random.randrange(len(start))],
        random.randbytes(random.randrange(1, 300)) + b"\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"BREW /health HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: \xff\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost:\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(200),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ))  # fmt: skip
