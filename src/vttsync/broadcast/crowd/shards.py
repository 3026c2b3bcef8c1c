"""What each machine found, in a file; and several such files put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vttsync.broadcast.crowd.seating import Shard
from vttsync.broadcast.crowd.verdict import (
    CrowdVerdict,
    rows_of,
    sorted_faults,
    together,
    too_slow,
)
from vttsync.broadcast.judge.verdict import Reason
from vttsync.errors import Exit, VttsyncError

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _form() -> TypeAdapter[CrowdVerdict]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - most runs write and read no file

    return TypeAdapter(CrowdVerdict)


def write_shard(verdict: CrowdVerdict, file: Path) -> None:
    """Write what a machine found.

    Raises:
        VttsyncError: exit 3, when the file can't be written.
    """
    try:
        file.write_bytes(_form().dump_json(verdict, indent=1))
    except OSError as error:
        raise VttsyncError(
            f"{file} can't be written.",
            why=f"{error.strerror}.",
            fix="Name a file in a folder that is there.",
            exit_code=Exit.CONFIG,
        ) from error


def read_shard(file: Path) -> CrowdVerdict:
    """Read what a machine found.

    Raises:
        VttsyncError: exit 3, when that is no such file.
    """
    try:
        return _form().validate_json(file.read_bytes())
    except OSError as error:
        why = f"{error.strerror}."
    except ValueError:
        why = "It is not what `verify-broadcast --clients … --out FILE` of this version writes."
    raise VttsyncError(
        f"{file} can't be read as a part of a crowd's run.",
        why=why,
        fix="Give the files that the shards of one run wrote.",
        exit_code=Exit.CONFIG,
    )


def merge(parts: Sequence[tuple[str, CrowdVerdict]]) -> CrowdVerdict:
    """Put the parts of one run together. Pure.

    Args:
        parts: what each file says, by its name.

    Raises:
        VttsyncError: exit 3, when they are not all the parts of one run, and each only once.
    """
    _check_same(parts)
    _check_whole(parts)
    verdicts = [verdict for _, verdict in parts]
    rows = rows_of([verdict.rows for verdict in verdicts])
    allowed = verdicts[0].allowed
    # A limit of the script is one of the whole run.
    faults = [
        fault
        for verdict in verdicts
        for fault in verdict.faults
        if fault.difference.reason is not Reason.SLOW
    ]
    return replace(
        verdicts[0],
        shards=tuple(sorted(number for verdict in verdicts for number in verdict.shards)),
        order=replace(verdicts[0].order, shard=Shard()),
        rows=rows,
        faults=sorted_faults([*faults, *too_slow(allowed, rows)]),
        probes=together([verdict.probes for verdict in verdicts]),
        limits=tuple(f"{_named(one)}: {told}" for one in verdicts for told in one.limits),
        warnings=tuple(f"{_named(one)}: {told}" for one in verdicts for told in one.warnings),
        publishes=sum(verdict.publishes for verdict in verdicts),
        delivered=sum(verdict.delivered for verdict in verdicts),
        connecting=max(verdict.connecting for verdict in verdicts),
        seconds=max(verdict.seconds for verdict in verdicts),
        began=min(verdict.began for verdict in verdicts),
        cpu={f"{_named(one)}: {who}": cpu for one in verdicts for who, cpu in one.cpu.items()},
    )


def _named(verdict: CrowdVerdict) -> str:
    return f"Shard {', '.join(map(str, verdict.shards))}"


def _check_same(parts: Sequence[tuple[str, CrowdVerdict]]) -> None:
    (first_file, first), *others = parts
    for file, other in others:
        told = [
            ("script", first.plan, other.plan),
            ("version of the room", first.version, other.version),
            ("--clients", first.order.clients, other.order.clients),
            ("--rooms", first.order.rooms, other.order.rooms),
            ("number of shards", first.order.shard.total, other.order.shard.total),
            ("--start-at", first.order.start, other.order.start),
        ]
        for what, one, another in told:
            if one != another:
                raise _not_one_run(
                    f"{first_file} and {file} are of different runs.",
                    f"The {what} is {_said(one)} in one, and {_said(another)} in the other.",
                )


def _said(value: object) -> str:
    return "not known" if value is None else str(value)


def _check_whole(parts: Sequence[tuple[str, CrowdVerdict]]) -> None:
    files: dict[int, str] = {}
    for file, verdict in parts:
        for number in verdict.shards:
            if number in files:
                raise _not_one_run(
                    f"Shard {number} is there twice.", f"{files[number]} and {file} are both of it."
                )
            files[number] = file
    total = parts[0][1].order.shard.total
    missing = [str(number) for number in range(1, total + 1) if number not in files]
    if missing:
        raise _not_one_run(
            f"Of {total} shards, {len(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
            f"No file is of shard {', '.join(missing)}.",
        )


def _not_one_run(what: str, why: str) -> VttsyncError:
    return VttsyncError(
        what,
        why=why,
        fix="Give the files of all shards of one run, each once.",
        exit_code=Exit.CONFIG,
    )
