"""The audit of a folder: which files, which polls, and whether realtime gates them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tree_sitter import Node

from vttsync.audit import attributes, covering, files, python_clients
from vttsync.audit.addresses import address
from vttsync.audit.asking import Does
from vttsync.audit.code import tree
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Names, Place
from vttsync.audit.code.project import Code
from vttsync.audit.finding import Finding, Report
from vttsync.audit.gates.judge import Judgement, Verdict, judge, judge_markup
from vttsync.audit.gates.ours import POLL, helper, other_names
from vttsync.audit.periods import spoken
from vttsync.audit.reach import Reach
from vttsync.audit.site import Form, Site
from vttsync.audit.sites import sites
from vttsync.audit.sources import Sources
from vttsync.audit.wrappers import Wrapper, wrapped, wrappers

# What every form of poll has in its text: files without any of it are only read when imported.
_TELLS = tuple(
    tree.named(
        """setInterval setTimeout requestInterval useInterval useTimeoutPoll $interval
        refetchInterval refreshInterval pollingInterval pollInterval startPolling rxjs Rx.
        Observable. requestAnimationFrame pollWhenOffline"""
    )
)
_LOOPS = ("while", "for (;;", "for(;;")
_NUMBERS = ("number", "binary_expression")
_BROKEN = 20  # a file of which more than one part in so many doesn't parse is told
_UNGATED = Judgement(Verdict.UNGATED, "Nothing stops it while realtime is up.")
_OURS = Judgement(
    Verdict.GATED, "vttsync's own helper runs it only while realtime can't be reached."
)

Observe = Callable[[int, int], None]


def _nobody(_done: int, _of: int) -> None:
    """Hear how far the audit is, and do nothing."""


def audit(folder: Path, covered: tuple[str, ...] = (), observe: Observe = _nobody) -> Report:
    """Find the polls of a folder, and judge each. Nothing in it is run.

    Args:
        folder: what is audited.
        covered: patterns of what realtime brings; see `covering.covers`.
        observe: is told how many of how many files have been gone through.
    """
    sources = Sources(folder)
    found = [*_Scripts(sources, observe).findings(), *_pages(sources), *_python(sources)]
    kept: dict[tuple[str, int, str], Finding] = {}
    for finding in found:
        kept.setdefault((finding.path, finding.line, finding.form.value), finding)
    weighed = [_weigh(finding, sources, covered) for finding in kept.values()]
    weighed.sort(key=lambda finding: (finding.path, finding.line, finding.column))
    return Report(tuple(weighed), len(sources), tuple(sorted(sources.unread)), covered)


class _Scripts:
    """The polls in scripts, which may lead from file to file."""

    def __init__(self, sources: Sources, observe: Observe) -> None:
        self._sources = sources
        self._observe = observe
        self._code = Code(sources.code, sources.module, sources.configs())
        self._reach = Reach(Names(self._code))

    def findings(self) -> Iterator[Finding]:
        modules, helpers, ours = [], [], {POLL}
        telling = [path for path in self._sources.code if self._may_poll(path)]
        for done, path in enumerate(telling):
            self._observe(done, 2 * len(telling))
            module = self._module(path)
            if module is not None:
                modules.append(module)
                helpers += list(wrappers(module, self._reach))
                ours |= other_names(module, self._reach.names)
        modules += self._callers({helper.name for helper in helpers} | ours, modules)
        for done, module in enumerate(modules):
            self._observe(len(modules) + done, 2 * len(modules))
            try:
                yield from list(self._of(module, helpers))
                yield from self._ours(module, ours)
            except RecursionError:
                self._sources.unread.append((module.path, "nested too deeply to be read"))

    def _may_poll(self, path: str) -> bool:
        source = self._sources.text(path)
        if any(word in source for word in _TELLS):
            return True
        return "await" in source and any(word in source for word in _LOOPS)

    def _module(self, path: str) -> Module | None:
        if files.is_servers(path, self._sources.text(path)):
            return None
        module = self._code.module(path)
        if module is not None and module.root.has_error and _is_broken(module):
            self._sources.unread.append((path, "doesn't parse; what could be read of it was"))
        return module

    def _callers(self, names: set[str], known: list[Module]) -> list[Module]:
        """Files that are only worth reading because they call a helper of another file."""
        read = {module.path for module in known}
        further = [
            self._module(path)
            for path in self._sources.code
            if path not in read and any(name in self._sources.text(path) for name in names)
        ]
        return [module for module in further if module is not None]

    def _of(self, module: Module, helpers: list[Wrapper]) -> Iterator[Finding]:
        for site in (*sites(module, self._reach), *wrapped(module, self._reach, helpers)):
            yield self._told(site, judge(site, self._reach.names))

    def _told(self, site: Site, judgement: Judgement) -> Finding:
        module, node, led = site.place.module, site.place.node, site.led
        return Finding(
            path=module.path,
            line=module.line(node),
            column=node.start_point[1] + 1,
            form=site.form,
            what=address(led, self._reach.names),
            way=led.way,
            request_path=led.call.module.path,
            request_line=led.call.module.line(led.call.node),
            every=spoken(tree.squeezed(self._constant(site))),
            verdict=judgement.verdict,
            why=judgement.why,
            likely=led.request.does is Does.LIKELY,
            excerpt=self._sources.line(module.path, module.line(node)),
        )

    def _constant(self, site: Site) -> Node | None:
        """How often: `POLL_MS` by what it stands for, also in another file."""
        named = ("identifier", "shorthand_property_identifier")
        if site.every is None or site.every.type not in named:
            return site.every
        values = self._reach.names.values(Place(site.place.module, site.every))
        plain = [value.node for value in values if value.node.type in _NUMBERS]
        return plain[0] if len(plain) == 1 else site.every

    def _ours(self, module: Module, names: set[str]) -> Iterator[Finding]:
        """What vttsync's own helper runs: told too, so that nothing seems overlooked."""
        for call in (call for name in sorted(names) for call in module.calls_of(name)):
            callee = tree.callee(call)
            if callee is None or helper(Place(module, callee), self._reach.names) != POLL:
                continue
            given = [tree.squeezed(each) for each in tree.arguments(call)]
            what, every = (given[1:2] or ["a poll"])[0][:60], (given[2:3] or [""])[0]
            line = module.line(call)
            yield _simple(self._sources, module.path, line, Form.HOOK, what, spoken(every), _OURS)


def _pages(sources: Sources) -> Iterator[Finding]:
    for path in sources.pages:
        page = sources.text(path)
        for each in attributes.attributes(page):
            line = page.count("\n", 0, each.start) + 1
            judgement = judge_markup(each.condition) if each.condition else _UNGATED
            every = spoken(each.every)
            yield _simple(sources, path, line, Form.MARKUP, each.what, every, judgement)


def _python(sources: Sources) -> Iterator[Finding]:
    for path in sources.python:
        try:
            found = list(python_clients.polls(sources.text(path)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            sources.unread.append((path, "doesn't parse as Python"))
            continue
        for poll in found:
            every = spoken(poll.every)
            yield _simple(sources, path, poll.line, Form.PYTHON, poll.what, every, poll.judgement)


def _simple(
    sources: Sources, path: str, line: int, form: Form, what: str, every: str, judgement: Judgement
) -> Finding:
    """A finding that doesn't lead anywhere else."""
    return Finding(
        path=path, line=line, column=1, form=form, what=what, way=(), request_path=path,
        request_line=line, every=every, verdict=judgement.verdict, why=judgement.why,
        likely=False, excerpt=sources.line(path, line),
    )  # fmt: skip


def _weigh(finding: Finding, sources: Sources, covered: tuple[str, ...]) -> Finding:
    """With what the user says of it: what realtime covers, what is allowed to poll."""
    lines = [sources.line(finding.path, number) for number in (finding.line, finding.line - 1)]
    note = covering.permission(lines)
    finding = replace(finding, covered=covering.covers(covered, finding.names))
    if note is None:
        return finding
    if not note:
        return replace(finding, why=f"{finding.why} {covering.NO_REASON}")
    return replace(finding, allowed=note)


def _is_broken(module: Module) -> bool:
    lost = sum(node.end_byte - node.start_byte for node in module.nodes("ERROR"))
    return lost * _BROKEN > len(module.source)
