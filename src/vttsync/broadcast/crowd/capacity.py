"""How many sockets this machine can open to one address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vttsync.broadcast.crowd.seating import ROOM_HOLDS, sizes
from vttsync.broadcast.crowd.verdict import Order
from vttsync.errors import Exit, VttsyncError

_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_OTHERS_PORTS = 16_384  # RFC 6335 §6, what macOS and Windows use
_OWN = 128  # descriptors and ports that are not clients'


@dataclass(frozen=True)
class Machine:
    """What this machine has.

    Attributes:
        descriptors: files and sockets that a process may have open; None for no limit.
        ports: that connections to one address can come from.
        processes: that read clients.
    """

    descriptors: int | None
    ports: int
    processes: int

    @property
    def clients(self) -> int:
        """How many clients it can carry in one room or in many."""
        ports = self.ports - _OWN
        if self.descriptors is None:
            return ports
        return max(0, min(ports, self.processes * (self.descriptors - _OWN)))


def raise_descriptors() -> int | None:
    """Let this process open as many files as it may, and tell how many; None for no limit."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError):  # macOS says that there is no limit, and has one
            return soft
    return None if hard == resource.RLIM_INFINITY else hard


def this_machine(processes: int) -> Machine:
    """Look at what this machine has; the limit of open files is raised first."""
    return Machine(raise_descriptors(), _ports(), processes)


def _ports() -> int:
    try:
        low, high = map(int, _PORTS.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return _OTHERS_PORTS
    return high - low + 1


def check_order(order: Order, roles: int) -> None:
    """See that so many clients, rooms and shards make sense.

    Args:
        order: what was asked for.
        roles: how many roles the script has; each room gets one of each at least.

    Raises:
        VttsyncError: exit 2, when they don't.
    """
    rooms, clients = order.rooms, order.clients
    if clients < roles * rooms:
        raise _usage(
            f"{clients} clients are too few for {rooms} room{'s' if rooms != 1 else ''}.",
            f"The script has {roles} roles, and each room needs one client of each.",
            f"Say --clients {roles * rooms} or more.",
        )
    if max(sizes(clients, rooms)) > ROOM_HOLDS:
        raise _usage(
            f"{clients} clients are too many for {rooms} room{'s' if rooms != 1 else ''}.",
            f"A room takes {ROOM_HOLDS} sockets.",
            f"Say --rooms {-(-clients // ROOM_HOLDS)} or more.",
        )
    if order.shard.total > rooms:
        raise _usage(
            f"{order.shard.total} shards are more than {rooms} room{'s' if rooms != 1 else ''}.",
            "A room is played from one machine, so that one clock measures it.",
            f"Say --rooms {order.shard.total} or more, or use fewer shards.",
        )


def check_machine(order: Order, machine: Machine) -> None:
    """See that this machine can carry its shard's clients.

    Raises:
        VttsyncError: exit 5, when it can't, with what it can.
    """
    crowd = sizes(order.clients, order.rooms)
    here = sum(crowd[room - 1] for room in order.shard.rooms(order.rooms))
    if here <= machine.clients:
        return
    why = f"Connections to one address come from {machine.ports} ports"
    fix = f"Say --clients {machine.clients * order.shard.total} or less"
    if machine.descriptors is not None and machine.clients < machine.ports - _OWN:
        why = (
            f"A process may open {machine.descriptors} files (the hard limit of `ulimit -n`), "
            f"and {machine.processes} would read clients"
        )
        fix = f"Raise the limit, say --clients {machine.clients * order.shard.total} or less"
    shards = -(-order.clients // max(1, machine.clients))
    rooms = max(shards, -(-order.clients // ROOM_HOLDS))
    raise VttsyncError(
        f"This machine can carry {machine.clients} clients, not {here}.",
        why=f"{why}.",
        fix=f"{fix}, or use {shards} machines like this one: --rooms {rooms} --shard 1/{shards} "
        f"on the first, and so on (`vttsync help crowds`).",
        exit_code=Exit.MISSING,
    )


def _usage(what: str, why: str, fix: str) -> VttsyncError:
    return VttsyncError(what, why=why, fix=fix, exit_code=Exit.USAGE)
