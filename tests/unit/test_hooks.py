"""`--hook NAME=COMMAND`: real commands, run while a proof goes on."""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path

import pytest

from vttsync.cli.hooks import parse_hooks
from vttsync.errors import Exit, VttsyncError


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def call(option: str, name: str) -> None:
    async def calling() -> None:
        await parse_hooks([option])[name]()

    asyncio.run(calling())


def test_a_hook_runs_its_command() -> None:
    call("mark=" + python("open('done', 'w').write('x = 1')"), "mark")

    assert Path("done").read_text("utf-8") == "x = 1"


def test_a_hook_that_fails_says_what_the_command_said() -> None:
    with pytest.raises(VttsyncError) as caught:
        call("deploy=" + python("import sys; sys.exit('no such account')"), "deploy")

    assert caught.value.what == "The hook deploy failed, with exit code 1."
    assert caught.value.why == "no such account"


@pytest.mark.parametrize("option", ["redeploy", "=make", "x=", 'x="make'])
def test_a_hook_that_is_written_otherwise_is_explained(option: str) -> None:
    with pytest.raises(VttsyncError) as caught:
        parse_hooks([option])

    assert caught.value.exit_code is Exit.USAGE
