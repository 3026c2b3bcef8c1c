"""What may answer in a room's place, or get in its way: each is told, in bounded time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.integration.test_replay import SCRIPT
from tests.integration.test_safety import Started
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from tests.runner import Cli, Ran
from vttsync import web
from vttsync.broadcast import leftovers

pytestmark = pytest.mark.slow

MB = 1_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", PUBLISH_KEY)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", TICKET_KEY)


@pytest.fixture
def prove(cli: Cli) -> Iterator[Callable[..., Ran]]:
    """Run the proof of a short fight; nothing of it is left behind."""

    def run(url: str, script: str = SCRIPT) -> Ran:
        Path("fight.toml").write_text(script, encoding="utf-8")
        return cli("verify-broadcast", "--url", url, "--script", "fight.toml")

    yield run
    assert list(leftovers.notes_folder().glob("*")) == []


Prove = Callable[..., Ran]


def lines(ran: Ran) -> str:
    assert "  why  " in ran.err, ran.err
    assert " next  " in ran.err, ran.err
    return ran.err


def test_nobody_listens(prove: Prove) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    ran = prove(url)

    assert ran.code == 6
    assert "could not be reached" in lines(ran)


def test_a_name_that_nobody_has(prove: Prove) -> None:
    ran = prove("https://room.invalid")

    assert ran.code == 6
    assert "could not be reached at room.invalid" in lines(ran)


@contextmanager
def serving(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does this with every connection; its address without a scheme."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                handle(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{listener.server_address[1]}"
        listener.shutdown()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    pem = folder / "certificate.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return pem


def test_a_certificate_that_nobody_vouches_for(prove: Prove, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    web._certificates.cache_clear()

    def shake_hands(connection: socket.socket) -> None:
        context.wrap_socket(connection, server_side=True).recv(1)

    with serving(shake_hands) as address:
        ran = prove(f"https://{address}")

    assert ran.code == 6
    assert "self-signed certificate" in lines(ran)
    assert "SSL_CERT_FILE" in ran.err


@pytest.mark.parametrize(
    ("faults", "named"),
    [
        (Faults(publish_key="another-key-that-is-long-enough-0123"), "PUBLISH_KEY"),
        (Faults(ticket_key="another-key-that-is-long-enough-0123"), "TICKET_KEY"),
    ],
)
def test_a_wrong_key(prove: Prove, server: PythonRoom, faults: Faults, named: str) -> None:
    server.restart(faults)

    ran = prove(server.url)

    assert ran.code == 4
    assert f"Set {named} to the same value" in lines(ran)
    assert server.sessions == {}


def test_a_room_of_another_protocol(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults(protocol=2))

    ran = prove(server.url)

    assert ran.code == 8
    assert "speaks protocol version 2" in lines(ran)
    assert (server.publishes, server.deleted) == (0, [])


def hello_of_another(who: str, number: int, text: str) -> list[str | bytes]:
    del who
    return [text if number else json.dumps(json.loads(text) | {"protocol": 2})]


def test_a_running_room_of_another_protocol(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults(harm=hello_of_another))

    ran = prove(server.url)

    assert ran.code == 8
    assert "protocol" in ran.out
    assert server.sessions == {}


def test_a_website(prove: Prove) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>"

    def answer(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(page)

    with serving(answer) as address:
        ran = prove(f"http://{address}")

    assert ran.code == 8
    assert "is not a vttsync room" in lines(ran)


def test_http_in_the_place_of_a_websocket(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults(join_status=200))

    ran = prove(server.url)

    assert ran.code == 6
    assert "No websocket can be opened" in lines(ran)
    assert server.sessions == {}


def passing(target: str) -> Callable[[socket.socket], None]:
    """What a proxy does that knows nothing of websockets: it takes the upgrade out."""
    host, port = target.removeprefix("http://").split(":")

    def handle(connection: socket.socket) -> None:
        with socket.create_connection((host, int(port))) as room:
            threading.Thread(target=pump, args=(room, connection), daemon=True).start()
            while data := connection.recv(65536):
                head, *body = data.split(b"\r\n")
                hop = (b"upgrade:", b"connection:", b"sec-websocket")
                room.sendall(
                    b"\r\n".join([head, *(it for it in body if not it.lower().startswith(hop))])
                )

    return handle


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)


def test_a_proxy_that_takes_the_upgrade_out(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults())

    with serving(passing(server.url)) as address:
        ran = prove(f"http://{address}")

    assert ran.code == 6
    assert "takes the upgrade out" in lines(ran)
    assert server.sessions == {}


def test_a_room_that_says_nothing(prove: Prove, server: PythonRoom) -> None:
    everyone = frozenset({"gm", "player 1", "player 2", "spectator", "returning player"})
    server.restart(Faults(silent=everyone))

    ran = prove(server.url)

    assert ran.code == 8
    assert "SILENT" in ran.out
    assert server.sessions == {}


async def never_answers(room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts every websocket, and says nothing at all: not even a pong or a goodbye."""
    if scope["type"] != "websocket":
        await room(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def test_a_room_that_accepts_and_stays_silent(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults(twist=never_answers))

    ran = prove(server.url)

    assert ran.code == 8
    assert "SILENT" in ran.out
    assert server.sessions == {}


PRESENCE = '{"type":"presence","items":[]}'


async def floods(room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "websocket":
        await room(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    with suppress(OSError, RuntimeError):
        for _ in range(400):  # 40 MB to each
            await send({"type": "websocket.send", "text": PRESENCE + " " * 100_000})


def test_a_room_that_floods(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults(twist=floods))

    ran = prove(server.url, SCRIPT.replace("patience = 0.5", "patience = 60"))

    assert ran.code == 8
    assert "The room floods its clients" in lines(ran)
    assert server.sessions == {}


def binary(who: str, number: int, text: str) -> list[str | bytes]:
    return [text.encode() if (who, number) == ("gm", 3) else text]


def huge(who: str, number: int, text: str) -> list[str | bytes]:
    return ["x" * (40 * MB) if (who, number) == ("gm", 3) else text]


@pytest.mark.parametrize(("harm", "reason"), [(binary, "UNREADABLE"), (huge, "CLOSED")])
def test_a_message_of_another_kind_or_size(
    prove: Prove, server: PythonRoom, harm: Callable[..., list[str | bytes]], reason: str
) -> None:
    server.restart(Faults(harm=harm))

    ran = prove(server.url)

    assert ran.code == 8
    assert reason in ran.out
    assert len(ran.out) < 20_000
    assert server.sessions == {}


@pytest.mark.parametrize("end", ["/health", "/digest", "/publish"])
def test_an_answer_without_end(prove: Prove, server: PythonRoom, end: str) -> None:
    async def endless(room: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith(end):
            await room(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        with suppress(OSError):
            for _ in range(1000):
                await send({"type": "http.response.body", "body": b"x" * MB, "more_body": True})

    server.restart(Faults(twist=endless))

    ran = prove(server.url)

    assert ran.code == 6
    assert "more than 32 MB" in lines(ran)
    assert server.sessions == {}


AHEAD = "import time\nreal = time.time\ntime.time = lambda: real() + 3600\n"
# Set an hour ahead while clients join.
JUMPS = """
import time
real, began = time.time, time.monotonic()
from vttsync.broadcast.replay.seat import Seat
joins = Seat.join
async def join(self):
    time.time = lambda: real() + 3600
    await joins(self)
Seat.join = join
"""


def test_a_clock_that_is_wrong(server: PythonRoom) -> None:
    server.restart(Faults())
    Path("fight.toml").write_text(SCRIPT, encoding="utf-8")

    code, told = Started("--url", server.url, "--script", "fight.toml", begin=AHEAD).end()

    assert code == 4, told
    assert "this machine's clock is wrong" in told
    assert re.search(r"It is 36\d\d s ahead of the room's", told)
    assert "Set this machine's clock" in told
    assert server.sessions == {}


def test_a_clock_that_jumps_changes_no_verdict(server: PythonRoom) -> None:
    server.restart(Faults())
    Path("fight.toml").write_text(SCRIPT, encoding="utf-8")

    code, told = Started("--url", server.url, "--script", "fight.toml", begin=JUMPS).end()

    assert code == 0, told
    assert re.search(r"This machine's clock is 36\d\d s ahead of the room's\.", told)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("", "title"),
        (SCRIPT.split("[[step]]")[0], "step"),
        (SCRIPT.replace("players = 2", "players = 100000"), "200 clients"),
        (
            SCRIPT + '\n[[step]]\nexpect = "nothing"\nfor = "everyone"\n',
            "expect",
        ),
    ],
    ids=["empty", "no step", "100,000 clients", "what can't be"],
)
def test_a_script_that_cannot_be_played(
    prove: Prove, server: PythonRoom, script: str, told: str
) -> None:
    server.restart(Faults())

    ran = prove(server.url, script)

    assert ran.code == 3
    assert "fight.toml" in ran.err
    assert told in ran.err
    assert (server.publishes, server.deleted) == (0, [])


def test_a_limit_that_nothing_keeps(prove: Prove, server: PythonRoom) -> None:
    server.restart(Faults())

    ran = prove(server.url, SCRIPT.replace("patience = 0.5", "patience = 0.5, max_ms = 0.001"))

    assert ran.code == 8
    assert "SLOW" in ran.out
    assert server.sessions == {}
