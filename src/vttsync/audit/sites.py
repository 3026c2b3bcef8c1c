"""Places in a file where something is made to happen again and again, and asks the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vttsync.audit import endings
from vttsync.audit.code import tree
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Place
from vttsync.audit.options import option, options
from vttsync.audit.reach import Reach, calls_in
from vttsync.audit.site import Form, Site, asked_by, owner
from vttsync.audit.streams import TICKS, loops, streams

HOOKS = frozenset(
    {"useInterval", "useIntervalFn", "useTimeoutPoll", "useIntervalEffect", "$interval"}
)
_AGAIN = ("setTimeout", "requestAnimationFrame")
_INTERVALS = ("setInterval", "requestInterval")
_GLOBALS = re.compile(r"^(?:window|self|globalThis|global|root|Meteor|timers?|worker)?$")
_RELOADS = ("location.reload", "window.location.reload")


def sites(module: Module, reach: Reach) -> Iterator[Site]:
    """Every poll that a file begins; calls of helpers are left to `wrapped`."""
    for name, find in _BY_NAME.items():
        for call in module.calls_of(name):
            yield from find(Place(module, call), reach)
    for node in module.nodes("while_statement", "do_statement", "for_statement"):
        yield from loops(Place(module, node), reach)
    for node in module.nodes("pair", "jsx_attribute", "shorthand_property_identifier"):
        yield from options(Place(module, node))


def _interval(place: Place, reach: Reach) -> Iterator[Site]:
    if _GLOBALS.match(owner(place.node)):
        yield from _repeated(place, reach, Form.INTERVAL)


def _hook(place: Place, reach: Reach) -> Iterator[Site]:
    yield from _repeated(place, reach, Form.HOOK)


def _started(place: Place, reach: Reach) -> Iterator[Site]:
    """`startPolling(5000)` of an Apollo query; one of the app's own is followed instead."""
    callee = tree.callee(place.node)
    if callee is not None and not reach.names.functions(Place(place.module, callee)):
        yield option(place, next(iter(tree.arguments(place.node)), None))


def _repeated(place: Place, reach: Reach, form: Form) -> Iterator[Site]:
    given = tree.arguments(place.node)
    if not given:
        return
    starts, led = asked_by(Place(place.module, given[0]), reach)
    if led is not None and not endings.ends_itself(starts, led.calls[0].node):
        yield Site(form, place, tuple(starts), given[1] if len(given) > 1 else None, led)


def _timeout(place: Place, reach: Reach) -> Iterator[Site]:
    """`function poll() { …; setTimeout(poll, 5000) }`."""
    given = tree.arguments(place.node)
    if not given or not _GLOBALS.match(owner(place.node)):
        return
    callback, timer = Place(place.module, given[0]), place.node
    starts, led = asked_by(
        callback, reach, lambda led: not endings.in_last_round(led.calls[0].node, timer)
    )
    reloads = _reloads(place, starts)
    if not starts or not (reloads or reach.passes(starts, place.node)):
        return
    ends = endings.after_failure(place.node) or endings.bounded(place, starts)
    if led is not None and (reloads or not ends):
        yield Site(Form.TIMEOUT, place, tuple(starts), given[1] if len(given) > 1 else None, led)


def _reloads(place: Place, starts: list[Place]) -> bool:
    """A page that loads itself again after a while, as soon as it is there."""
    around = tree.enclosing(place.node, tree.FUNCTIONS)
    calls = [call for start in starts for call in calls_in(start.node)]
    return around is None and any(tree.squeezed(tree.callee(call)) in _RELOADS for call in calls)


_BY_NAME = {
    **dict.fromkeys(_INTERVALS, _interval),
    **dict.fromkeys(HOOKS, _hook),
    **dict.fromkeys(TICKS, streams),
    **dict.fromkeys(_AGAIN, _timeout),
    "startPolling": _started,
}
