"""One websocket to a room, with a ticket of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from vttsync.broadcast.actions import Client
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.replay.ticket import mint
from vttsync.broadcast.replay.transcript import Closed
from vttsync.errors import Exit, VttsyncError
from vttsync.web import certificate_fix, is_loopback, tls

_LARGEST = 16 * 1024 * 1024
_OPEN_TIMEOUT = 10.0
_CLOSE_TIMEOUT = 2.0
_NO_UPGRADE = (404, 405, 426)  # of those who saw a plain GET; 426 is the room's own word for it

# At DEBUG the library logs request lines, and the ticket is in there.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.setLevel(logging.CRITICAL + 1)


class RefusedError(Exception):
    """Something answered, but not with a websocket; the text says what.

    Attributes:
        upgraded: whether what answered at least knew that a websocket was asked for.
    """

    def __init__(self, what: str, *, upgraded: bool) -> None:
        super().__init__(what)
        self.upgraded = upgraded


class LimitedError(Exception):
    """The room is asked too often; `headers` of its answer may say how long to wait."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("HTTP 429 instead of a websocket")
        self.headers = headers


async def dial(
    room: Room, client: Client, cursor: tuple[str, int] | None = None, *, ticket_age: float = 0.0
) -> ClientConnection:
    """Connect `client` to `room`, with the epoch and seq where it stands, if it stands anywhere.

    Args:
        room: where.
        client: who.
        cursor: epoch and seq.
        ticket_age: seconds since the ticket was minted.

    Raises:
        RefusedError: something else than a websocket came back.
        LimitedError: the room is asked too often.
        OSError, EOFError: nothing did; what caused them may carry the ticket.
    """
    try:
        return await connect(
            _address(room, client, cursor, ticket_age),
            compression=None,
            ssl=tls(room.url),
            proxy=None if is_loopback(room.url) else True,
            max_size=_LARGEST,
            open_timeout=_OPEN_TIMEOUT,
            close_timeout=_CLOSE_TIMEOUT,
            ping_interval=None,
            logger=_SILENT,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        if status == 429:
            raise LimitedError(error.response.headers) from None
        told = f"HTTP {status} instead of a websocket"
        raise RefusedError(told, upgraded=status >= 400 and status not in _NO_UPGRADE) from None
    except InvalidHandshake as error:
        told = f"no websocket handshake ({type(error).__name__})"
        raise RefusedError(told, upgraded=False) from None


def unreachable(room: Room, client: Client, error: OSError | EOFError) -> VttsyncError:
    """What to raise (exit 6) when `dial` found nobody; without the cause, see there."""
    reason = getattr(error, "strerror", None) or "timed out or cut off"
    return VttsyncError(
        f"{client.name} could not connect to {urlsplit(room.url).netloc}.",
        why=f"{type(error).__name__}: {reason}.",
        fix=certificate_fix(error)
        or "Check the network, and that nothing between here and there blocks websockets.",
        exit_code=Exit.UNREACHABLE,
    )


def no_websocket(room: Room, told: str) -> VttsyncError:
    """What to raise when what answers knows nothing of websockets, though it speaks HTTP."""
    return VttsyncError(
        f"No websocket can be opened to {urlsplit(room.url).netloc}.",
        why=f"Every client got {told}. HTTP gets through: something between here and the room, "
        "such as a proxy, a firewall or a web server in front of it, takes the upgrade out.",
        fix="Let it pass the headers Connection and Upgrade on, or try from another network. "
        "Players behind it get no websocket either; their clients poll.",
        exit_code=Exit.UNREACHABLE,
    )


def how_closed(error: ConnectionClosed) -> Closed:
    """Tell how a connection ended; 1006, when nobody said goodbye."""
    last = error.rcvd or error.sent
    return Closed(last.code, last.reason) if last else Closed(1006, "")


def _address(room: Room, client: Client, cursor: tuple[str, int] | None, ticket_age: float) -> str:
    parts = urlsplit(room.url)
    ticket = mint(
        room.ticket_key.get_secret_value(),
        session=room.session,
        role=client.role,
        user=client.name,
        now=time.time() - ticket_age,
    )
    query = {"ticket": ticket}
    if cursor:
        query |= {"epoch": cursor[0], "seq": str(cursor[1])}
    return urlunsplit(
        (
            "wss" if parts.scheme == "https" else "ws",
            parts.netloc,
            parts.path.rstrip("/") + room.path,
            urlencode(query),
            "",
        )
    )
