"""All the files of code that are audited, and which of them an import means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from vttsync.audit.code.module import Module

_ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".cjs", ".vue", ".svelte")
_INDEXES = tuple(f"/index{ending}" for ending in _ENDINGS[1:])
# What `@/game` and the like mean where no tsconfig.json says: the habits of Vite, Nuxt, SvelteKit.
_HABITS = {"@/": ("src/", "app/", ""), "~/": ("src/", "app/", ""), "$lib/": ("src/lib/",)}
_HABITS |= {"~~/": ("",), "@@/": ("",), "#/": ("src/",)}
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.S)


class Code:
    """The modules of a folder, each read when it is first asked for.

    Args:
        paths: every file of code, relative, with `/`.
        load: reads one of them.
        configs: the texts of the tsconfig.json and jsconfig.json files, by path.
    """

    def __init__(
        self,
        paths: Collection[str],
        load: Callable[[str], Module | None],
        configs: Mapping[str, str] | None = None,
    ) -> None:
        self.paths = frozenset(paths)
        self._load = load
        self._known: dict[str, Module | None] = {}
        self._aliases = _aliases(configs or {})

    def module(self, path: str) -> Module | None:
        """The module at a path; None where it can't be read."""
        if path not in self._known:
            self._known[path] = self._load(path) if path in self.paths else None
        return self._known[path]

    def imported(self, importer: str, specifier: str) -> Module | None:
        """The module that `specifier` means in the file `importer`; None for a package."""
        for candidate in self._candidates(PurePosixPath(importer).parent, specifier):
            for ending in (*_ENDINGS, *_INDEXES):
                path = _normal(candidate + ending)
                if path in self.paths:
                    return self.module(path)
            if candidate.endswith(".js") and _normal(f"{candidate[:-3]}.ts") in self.paths:
                return self.module(_normal(f"{candidate[:-3]}.ts"))
        return None

    def _candidates(self, folder: PurePosixPath, specifier: str) -> list[str]:
        if specifier.startswith("."):
            return [f"{folder}/{specifier}"]
        above = (folder, *folder.parents)
        found = []
        for place in above:
            for prefix, targets in self._aliases.get(str(place), {}).items():
                if specifier == prefix or _begins(specifier, prefix):
                    found += [target + specifier[len(prefix) :] for target in targets]
        for prefix, folders in _HABITS.items():
            if specifier.startswith(prefix):
                rest = specifier[len(prefix) :]
                found += [f"{place}/{target}{rest}" for place in above for target in folders]
        if specifier.startswith("/"):
            found += [f"{place}{specifier}" for place in above]
        return found


def _begins(specifier: str, prefix: str) -> bool:
    """An empty prefix is `baseUrl`: anything that is no path may be below it."""
    return not prefix or (prefix.endswith("/") and specifier.startswith(prefix))


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _aliases(configs: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """By folder: the prefixes of `compilerOptions.paths`, and the folders that they mean."""
    read = {path: _config(content) for path, content in configs.items()}
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(read):
        for each in _with_bases(path, read):
            known = found.setdefault(str(PurePosixPath(path).parent), {})
            for prefix, targets in _prefixes(each, read[each]).items():
                known.setdefault(prefix, targets)
    return found


def _config(content: str) -> dict[str, Any]:
    try:
        config = json.loads(_COMMENT.sub(lambda match: match[1] or "", content))
    except ValueError:
        return {}
    return config if isinstance(config, dict) else {}


def _with_bases(path: str, configs: Mapping[str, dict[str, Any]]) -> list[str]:
    """A config, and those that it extends, the nearest first."""
    found = [path]
    for each in found:
        base = configs[each].get("extends")
        for name in base if isinstance(base, list) else [base]:
            target = _normal(f"{PurePosixPath(each).parent}/{name}")
            candidates = [it for it in (target, f"{target}.json") if it in configs]
            found += [it for it in candidates if it not in found]
    return found


def _prefixes(path: str, config: Mapping[str, Any]) -> dict[str, list[str]]:
    options = config.get("compilerOptions")
    if not isinstance(options, dict):
        return {}
    base = f"{PurePosixPath(path).parent}/{options.get('baseUrl') or '.'}"
    paths = options.get("paths")
    found = {
        prefix.removesuffix("*"): [f"{base}/{str(target).removesuffix('*')}" for target in to]
        for prefix, to in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(to, list)
    }
    if options.get("baseUrl"):
        found.setdefault("", [f"{base}/"])
    return found
