"""The audit of a folder: which files, which polls, and whether realtime gates them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from vttsync.audit import files, markup, python_clients
from vttsync.audit.code import tree
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Names, Place
from vttsync.audit.code.project import Code
from vttsync.audit.finding import Finding, Report
from vttsync.audit.gates.judge import Judgement, Verdict, judge
from vttsync.audit.gates.values import is_ours
from vttsync.audit.gates.words import says
from vttsync.audit.reach import Reach
from vttsync.audit.reads import Does
from vttsync.audit.site import Form, Site
from vttsync.audit.sites import sites
from vttsync.audit.wrappers import Wrapper, wrapped, wrappers

# What every form of poll has in its text: files without any of it are only read when imported.
_TELLS = re.compile(
    rb"setInterval|setTimeout|requestInterval|useInterval|useTimeoutPoll|\$interval|refetchInterval|"
    rb"refreshInterval|pollingInterval|pollInterval|startPolling|\binterval\(|\btimer\(|repeat|"
    rb"\bwhile\b|\bdo\b|\bfor\s*\(;;|pollWhenOffline|useOfflineInterval|[pP]oll"
)
_ALLOWED = re.compile(r"vttsync-allow-poll(?::\s*(?P<reason>[^\n*]*?))?\s*(?:\*/|-->|--%>|\}\}|$)", re.M)
_OURS = frozenset({"pollWhenOffline", "useOfflineInterval"})


class Audit:
    """Reads a folder.

    Args:
        folder: what is audited; nothing in it is run.
        covered: patterns (`*` for anything) of what realtime brings: addresses, query keys,
            functions; empty means everything.
        observe: is told how many of how many files have been read.
    """

    def __init__(
        self,
        folder: Path,
        covered: tuple[str, ...] = (),
        observe: Callable[[int, int], None] = lambda done, of: None,
    ) -> None:
        self._folder = folder
        self._covered = covered
        self._observe = observe
        self._sources: dict[str, bytes] = {}
        self._unread: list[tuple[str, str]] = []

    def run(self) -> Report:
        """Audit every file of the folder."""
        listed = files.list_files(self._folder)
        self._unread += [(path, "too big to be source code") for path in listed.skipped]
        for path in (*listed.code, *listed.python):
            self._read(path)
        configs = {path: (self._folder / path).read_text("utf-8", "replace") for path in listed.configs}
        code = Code([path for path in listed.code if path in self._sources], self._module, configs)
        found = [*self._scripts(code, listed), *self._pages(listed), *self._python(listed)]
        told = [self._weigh(finding) for finding in _distinct(found)]
        told.sort(key=lambda finding: (finding.path, finding.line, finding.column))
        return Report(told, len(self._sources), sorted(self._unread))

    def _read(self, path: str) -> None:
        try:
            source = (self._folder / path).read_bytes()
        except OSError as error:
            self._unread.append((path, error.strerror or "can't be read"))
            return
        if b"\0" in source[:4096]:
            self._unread.append((path, "not a text"))
        elif files.is_minified(source):
            return
        else:
            self._sources[path] = source

    def _module(self, path: str) -> Module:
        source = self._sources[path]
        if files.ending(path) in markup.PAGES:
            source = markup.scripts(source, front=path.endswith(".astro"))
        return Module(path, source, tsx=files.ending(path) not in (".ts", ".mts", ".cts"))

    def _scripts(self, code: Code, listed: files.Listed) -> Iterator[Finding]:
        names = Names(code)
        reach = Reach(names)
        telling = [path for path in listed.code if _TELLS.search(self._sources.get(path, b""))]
        modules, helpers = [], []
        for done, path in enumerate(telling):
            self._observe(done, 2 * len(telling))
            module = code.module(path)
            text = self._sources[path].decode("utf-8", "replace")
            if module is None or files.is_servers(path, text):
                continue
            modules.append(module)
            helpers += list(wrappers(module, names))
            if module.root.has_error and _mostly_broken(module):
                self._unread.append((path, "doesn't parse; what could be read of it was"))
        callers = self._callers(code, helpers, modules)
        for done, module in enumerate(callers):
            self._observe(len(callers) + done, 2 * len(callers))
            found = [*sites(module, reach), *wrapped(module, reach, helpers)]
            yield from (self._finding(site, judge(site, names)) for site in found)
            yield from self._gates(module)

    def _callers(self, code: Code, helpers: list[Wrapper], modules: list[Module]) -> list[Module]:
        called = {helper.name.encode() for helper in helpers}
        known = {module.path for module in modules}
        further = [
            module
            for path, source in self._sources.items()
            if path not in known and path in code.paths and any(name in source for name in called)
            if (module := code.module(path)) is not None
        ]
        return [*modules, *further]

    def _finding(self, site: Site, judgement: Judgement) -> Finding:
        module, node, led = site.place.module, site.place.node, site.led
        return Finding(
            path=module.path,
            line=module.line(node),
            column=node.start_point[1] + 1,
            form=site.form,
            what=led.request.what,
            way=led.way,
            request_path=led.call.module.path,
            request_line=led.call.module.line(led.call.node),
            every=_seconds(tree.squeezed(site.every)),
            verdict=judgement.verdict,
            why=judgement.why,
            likely=led.request.does is Does.LIKELY,
            excerpt=self._line(module.path, module.line(node)),
        )

    def _gates(self, module: Module) -> Iterator[Finding]:
        """What vttsync's own helpers gate: told too, so that nothing seems overlooked."""
        for call in module.calls:
            callee = tree.callee(call)
            if callee is None or tree.name_of(callee) != "pollWhenOffline" or not is_ours(Place(module, callee)):
                continue
            given = tree.arguments(call)
            what = tree.squeezed(given[1])[:60] if len(given) > 1 else "a poll"
            yield self._simple(
                module.path, module.line(call), Form.HOOK, what, _seconds(tree.squeezed(given[2])) if len(given) > 2 else "",
                Judgement(Verdict.GATED, "vttsync's own helper runs it only while realtime can't be reached."),
            )

    def _pages(self, listed: files.Listed) -> Iterator[Finding]:
        for path in listed.code:
            if files.ending(path) not in markup.PAGES or path not in self._sources:
                continue
            page = self._sources[path].decode("utf-8", "replace")
            for each in markup.attributes(page):
                line = page.count("\n", 0, each.start) + 1
                yield self._simple(path, line, Form.MARKUP, each.what, _seconds(each.every), _by_condition(each.condition))

    def _python(self, listed: files.Listed) -> Iterator[Finding]:
        for path in listed.python:
            source = self._sources.get(path)
            if source is None:
                continue
            try:
                found = list(python_clients.polls(source.decode("utf-8", "replace")))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._unread.append((path, "doesn't parse as Python"))
                continue
            for poll in found:
                judgement = Judgement(Verdict.UNGATED, "Nothing stops it while realtime is up.")
                yield self._simple(path, poll.line, Form.PYTHON, poll.what, poll.every, judgement)

    def _simple(self, path: str, line: int, form: Form, what: str, every: str, judgement: Judgement) -> Finding:
        return Finding(
            path=path, line=line, column=1, form=form, what=what, way=(), request_path=path, request_line=line,
            every=every, verdict=judgement.verdict, why=judgement.why, likely=False, excerpt=self._line(path, line),
        )  # fmt: skip

    def _line(self, path: str, line: int) -> str:
        lines = self._sources[path].splitlines()
        return lines[line - 1].decode("utf-8", "replace").strip()[:200] if line <= len(lines) else ""

    def _weigh(self, finding: Finding) -> Finding:
        """With what the user says of it: what realtime covers, what is allowed to poll."""
        names = [finding.what, *(step.name for step in finding.way)]
        covered = not self._covered or any(fnmatchcase(name, pattern) for name in names for pattern in self._covered)
        return replace(finding, covered=covered, allowed=self._reason(finding))

    def _reason(self, finding: Finding) -> str:
        lines = self._sources[finding.path].splitlines()[max(finding.line - 2, 0) : finding.line]
        for line in reversed(lines):
            found = _ALLOWED.search(line.decode("utf-8", "replace"))
            if found:
                return (found["reason"] or "").strip()
        return ""


def _distinct(found: list[Finding]) -> list[Finding]:
    """One finding for each place."""
    kept: dict[tuple[str, int, str], Finding] = {}
    for finding in found:
        kept.setdefault((finding.path, finding.line, finding.form.value), finding)
    return list(kept.values())


def _by_condition(condition: str) -> Judgement:
    """A condition of htmx's: `every 5s [!vttsync.connected]`."""
    plain = condition.replace(" ", "")
    if not plain:
        return Judgement(Verdict.UNGATED, "Nothing stops it while realtime is up.")
    negated = plain.startswith("!")
    name = plain.lstrip("!").removesuffix("()").rsplit(".", 1)[-1]
    told = says(name)
    if told is None:
        return Judgement(Verdict.UNGATED, f"`{condition}` isn't about realtime.")
    if told is negated:
        proved = plain == "!vttsync.connected"
        verdict = Verdict.GATED if proved else Verdict.PROBABLY_GATED
        return Judgement(verdict, f"`{condition}` switches it off while realtime is up.")
    return Judgement(Verdict.INVERTED, f"`{condition}` lets it run while realtime is up, and not while it is down.")


def _mostly_broken(module: Module) -> bool:
    errors = module.nodes("ERROR")
    lost = sum(node.end_byte - node.start_byte for node in errors)
    return lost * 20 > len(module.source)


_NUMBER = re.compile(r"^(?P<number>[\d_]+(?:\.\d+)?)(?P<unit>ms|s)?$")


def _seconds(written: str) -> str:
    """A period as people say it: `5000` → 5 s; what isn't a number stays as it is written."""
    found = _NUMBER.match(written.replace(" ", ""))
    if not found:
        product = re.fullmatch(r"([\d_]+)\*(?:([\d_]+)\*)?([\d_]+)", written)
        if not product:
            return written[:40]
        numbers = [int(part.replace("_", "")) for part in product.groups() if part]
        total = 1
        for number in numbers:
            total *= number
        return f"{total / 1000:g} s"
    number = float(found["number"].replace("_", ""))
    return f"{number if found['unit'] == 's' else number / 1000:g} s"


