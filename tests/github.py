"""What GitHub's runner makes of what a step writes.

Read off actions/runner: ActionCommand.cs (TryParseV2, TryParse), ActionCommandManager.cs
(AddMaskCommandExtension) and FileCommandManager.cs (EnvFileKeyValuePairs).
"""

from __future__ import annotations

from dataclasses import dataclass, field

_COMMANDS = {
    *("add-mask", "debug", "echo", "endgroup", "error", "group", "notice", "warning"),
    *("add-matcher", "add-path", "remove-matcher", "save-state", "set-env", "set-output"),
    "stop-commands",
}


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


@dataclass
class Runner:
    """Reads a step's streams, line by line.

    Attributes:
        log: the lines that are no commands, as they are shown.
    """

    commands: list[Command] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)

    def read(self, text: str) -> None:
        for line in text.splitlines():
            command = _parse(line) or _parse_old(line)
            if command is None:
                self.log.append(self._hidden(line))
                continue
            self.commands.append(command)
            if command.name == "add-mask":
                self.masks += [command.data, *filter(None, command.data.splitlines())]

    def annotations(self, level: str) -> list[Command]:
        """Those of a level, as the job's page shows them."""
        found = [command for command in self.commands if command.name == level]
        return [Command(it.name, it.properties, self._hidden(it.data)) for it in found]

    def _hidden(self, line: str) -> str:
        for mask in self.masks:
            line = line.replace(mask, "***")
        return line


def _parse(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    if name not in _COMMANDS:
        return None
    pairs = [it.split("=", 1) for it in properties.strip().split(",") if "=" in it]
    told = {key: _property(value) for key, value in pairs if value}
    return Command(name, told, _data(line[end + 2 :]))


def _parse_old(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return Command(name, {}, line[end + 1 :]) if name in _COMMANDS else None


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escaped, char)
    return text.replace("%25", "%")


def outputs(text: str) -> dict[str, str]:
    """Read a file of outputs."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if not line:
            continue
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, value = line.split("=", 1)
        elif heredoc > 0:
            name, delimiter = line.split("<<", 1)
            assert delimiter
            parts = []
            for part in lines:
                if part == delimiter:
                    break
                parts.append(part)
            else:
                message = f"{delimiter} is missing"
                raise AssertionError(message)
            value = "\n".join(parts)
        else:
            message = f"invalid format: {line}"
            raise AssertionError(message)
        found[name] = value
    return found
