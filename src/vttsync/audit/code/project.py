"""All the files of code that are audited, and which of them an import means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePosixPath

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
                if specifier == prefix or (prefix.endswith("/") and specifier.startswith(prefix)):
                    found += [target + specifier[len(prefix) :] for target in targets]
        for prefix, folders in _HABITS.items():
            if specifier.startswith(prefix):
                rest = specifier[len(prefix) :]
                found += [f"{place}/{target}{rest}" for place in above for target in folders]
        if specifier.startswith("/"):
            found += [f"{place}{specifier}" for place in above]
        return found


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
    found: dict[str, dict[str, list[str]]] = {}
    for path, content in configs.items():
        try:
            options = json.loads(_COMMENT.sub(lambda match: match[1] or "", content))
            options = options.get("compilerOptions") or {}
            folder = str(PurePosixPath(path).parent)
            base = f"{folder}/{options.get('baseUrl') or '.'}"
            found[folder] = {
                prefix.removesuffix("*"): [f"{base}/{target.removesuffix('*')}" for target in to]
                for prefix, to in (options.get("paths") or {}).items()
            }
        except (ValueError, AttributeError, TypeError):
            continue
    return found
