"""A verdict as JUnit XML: a test case for each client, and one for each check of the whole room.

The form is what both schemas in use accept: Ant's (windyroad/JUnit-Schema) and Jenkins's
(jenkinsci/xunit-plugin, junit-10.xsd).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from vttsync.broadcast.judge.verdict import Difference, Reason, Verdict
from vttsync.broadcast.record import About, Record
from vttsync.output.characters import visible

ROOM_WIDE = {
    "publishes are taken": (Reason.PUBLISH,),
    "answers to publishes": (Reason.ANSWER,),
    "digests": (Reason.DIGEST,),
    "sessions are apart": (Reason.MIXED,),
    "expired tickets": (Reason.EXPIRED,),
    "limits": (Reason.SLOW,),
}
"""Checks that are nobody's in particular, each with the reasons that it fails for."""
_OTHER = "everything else"
_MOST = 20  # differences of a test case that are told one by one
_XML = "<?xml version='1.0' encoding='utf-8'?>\n"


@dataclass(frozen=True)
class _Case:
    name: str
    group: str
    seconds: float
    differences: Sequence[Difference]


def junit_xml(record: Record, verdict: Verdict) -> str:
    """Write the verdict on a record."""
    cases = list(_cases(record, verdict))
    seconds = sum(case.seconds for case in cases)
    title = _fit(record.plan.title)
    suites = ET.Element("testsuites")
    suite = ET.SubElement(
        suites, "testsuite",
        name=title, package="vttsync.verify-broadcast", id="0", hostname="localhost",
        timestamp=f"{record.about.when:%Y-%m-%dT%H:%M:%S}", tests=str(len(cases)),
        failures=str(sum(bool(case.differences) for case in cases)), errors="0", skipped="0",
        time=f"{seconds:.3f}",
    )  # fmt: skip
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(record.about, verdict):
        ET.SubElement(properties, "property", name=name, value=visible(value))
    for case in cases:
        _write(suite, case, title, verdict.script)
    ET.SubElement(suite, "system-out").text = visible(verdict.summary)
    ET.SubElement(suite, "system-err").text = visible("\n".join(verdict.warnings))
    ET.indent(suites)
    return _XML + ET.tostring(suites, encoding="unicode") + "\n"


def _properties(about: About, verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "url", about.url
    yield "version", about.version or ""
    yield "script", verdict.script
    if verdict.latency:
        yield "p50_ms", f"{verdict.latency.p50:.1f}"
        yield "p99_ms", f"{verdict.latency.p99:.1f}"
        yield "max_ms", f"{verdict.latency.max:.1f}"


def _cases(record: Record, verdict: Verdict) -> Iterator[_Case]:
    wide = {reason: name for name, reasons in ROOM_WIDE.items() for reason in reasons}
    names = {client.name for client in verdict.clients}
    logs = record.transcript.logs
    left = list(verdict.differences)
    for client, log in zip(verdict.clients, logs, strict=True):
        own = [it for it in left if it.who == client.name and it.reason not in wide]
        frames = log.frames
        seconds = frames[-1].at - frames[0].at if frames else 0.0
        yield _Case(client.name, "clients", max(0.0, seconds), own)
    for name, reasons in ROOM_WIDE.items():
        yield _Case(name, "room", 0.0, [it for it in left if it.reason in reasons])
    other = [it for it in left if it.who not in names and it.reason not in wide]
    if other:
        yield _Case(_OTHER, "room", 0.0, other)


def _write(suite: ET.Element, case: _Case, title: str, script: str) -> None:
    group = f"verify-broadcast.{title.replace('.', ' ')}.{case.group}"
    element = ET.SubElement(
        suite, "testcase", name=_fit(case.name), classname=group, time=f"{case.seconds:.3f}"
    )
    if case.differences:
        first = case.differences[0]
        message = f"{first.reason.value}: {first.step}. {first.means}"
        failure = ET.SubElement(
            element, "failure", type=first.reason.value, message=visible(message)
        )
        failure.text = visible("\n\n".join(_told(case.differences, script)))


def _told(differences: Sequence[Difference], script: str) -> Iterator[str]:
    for it in differences[:_MOST]:
        where = f"{Path(script).as_posix()}:{it.line}, {it.step}" if it.line else it.step
        yield (
            f"{it.reason.value.upper()}  {it.who}, {where}\n{it.means}\n"
            f"expected: {_value(it.expected)}\n     got: {_value(it.got)}"
        )
    if len(differences) > _MOST:
        yield f"and {len(differences) - _MOST} more"


def _value(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, indent=1, ensure_ascii=False)


def _fit(text: str) -> str:
    """A name as the schemas want it: a token, which has no spaces at its ends or in a row."""
    return " ".join(visible(text).split()) or "-"
