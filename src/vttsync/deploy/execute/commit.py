"""What a deploy says of itself at Cloudflare: the commit, the code's hash, and a mark of its own.

Everybody who may read the Worker's deployments reads it: no machine has to remember anything.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.project import git
from vttsync.redaction import hide

_LONGEST = 100  # characters that Cloudflare takes as a message
_SHORT = 12  # hex digits
_SHOWN = 5  # changed files that are named


@dataclass(frozen=True)
class Commit:
    """What of the project's history is deployed.

    Attributes:
        id: hex digits.
        changed: files that are not as they were committed, as `git status` writes them.
    """

    id: str
    subject: str
    changed: tuple[str, ...]

    @property
    def counted(self) -> str:
        """How many files have changed, with the verb."""
        count = len(self.changed)
        return "1 file is" if count == 1 else f"{count} files are"

    @property
    def short(self) -> str:
        """As people read it, with a word when there are changes."""
        return self.id[:_SHORT] + ("+changes" if self.changed else "")


def read_commit(root: Path) -> Commit | None:
    """The commit that `root` is at; None outside of a repository, and without git."""
    found = git.head(root)
    return Commit(*found, git.changed(root)) if found else None


def check_clean(commit: Commit | None) -> None:
    """See that what is deployed can be found again.

    Raises:
        VttsyncError: exit 3, when there are changes, or no commit.
    """
    if commit is None:
        raise VttsyncError(
            "--require-clean needs a commit.",
            why="This folder is in no git repository with a commit, or git isn't installed.",
            fix="Commit the project, or deploy without --require-clean.",
            exit_code=Exit.CONFIG,
        )
    if commit.changed:
        more = len(commit.changed) - _SHOWN
        told = ", ".join(line[3:] for line in commit.changed[:_SHOWN])
        raise VttsyncError(
            f"{commit.counted} not as committed.",
            why=told + (f" and {more} more." if more > 0 else "."),
            fix="Commit or stash them, or deploy without --require-clean.",
            exit_code=Exit.CONFIG,
        )


def message(commit: Commit | None, sha256: str) -> str:
    """What the deploy says of itself: commit, code, the commit's subject; 100 characters at most.

    `vttsync deploy --plan` compares the code's hash with the one in it.
    """
    words = [commit.short] if commit else []
    words += ["code", sha256[:_SHORT]] if sha256 else []
    told = " ".join(words)
    subject = "".join(it for it in hide(commit.subject) if it.isprintable()) if commit else ""
    whole = f"{told} · {subject}" if subject else told
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"


def new_tag() -> str:
    """A mark that no other deploy has; Cloudflare takes 25 characters."""
    return f"vttsync-{secrets.token_hex(6)}"
