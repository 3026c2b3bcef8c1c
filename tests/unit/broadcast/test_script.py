"""A wrong script is explained in its writer's words, with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.broadcast.perfect import FIRST_FIGHT, TEMPLATES
from vttsync.broadcast.script.reading import read_script
from vttsync.errors import Exit, VttsyncError

HEAD = """\
title = "A fight"
scene = { name = "Gatehouse", map = "sample-map.dd2vtt" }
creatures = { from = "srd-tokens.json" }
"""
TOKENS = """\
[[token]]
name = "Sir Aldric"
creature = "Knight"
at = [4, 5]
roll = 14

[[token]]
name = "Brambleback"
creature = "Owlbear"
at = [8, 5]
hidden = true
"""
BEGIN = '[[step]]\nbegin = "combat"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sample-map.dd2vtt", "srd-tokens.json"):
        (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    return tmp_path


def mistakes(folder: Path, text: str) -> list[str]:
    """What is said about a script, without the file's name: `line: text`."""
    file = folder / "fight.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(VttsyncError) as caught:
        read_script(file)
    assert caught.value.exit_code is Exit.CONFIG
    assert str(file) in caught.value.what
    assert caught.value.fix
    return [line.removeprefix(f"{file}:") for line in caught.value.why.splitlines()]


def test_the_first_fight_is_a_good_script() -> None:
    script = read_script(FIRST_FIGHT)

    assert [token.id for token in script.tokens][:2] == ["sir-aldric", "sister-maren"]
    assert script.steps[0].line == 57


@pytest.mark.parametrize(
    ("step", "line", "told"),
    [
        ('mov = "Sir Aldric"', 20, '"mov" is no step; did you mean "move"?'),
        (
            'teleport = "Sir Aldric"',
            20,
            '"teleport" is no step; known: begin, move, next, reveal, hide, hurt, remove, pause,',
        ),
        ('say = "hm"', 19, "this step does nothing; known: begin,"),
        ('next = "turn"\npause = 1', 19, "a step does one thing; this one says next and pause."),
        ('next = "round"', 20, "next: it should be 'turn', not 'round'."),
        ("pause = -1", 20, "pause: it should be greater than or equal to 0, not -1."),
        ("pause = nan", 20, "pause: it should be a finite number, not nan."),
        ('pause = "long"', 20, "pause: it should be a valid number, not 'long'."),
        ("pause = true", 20, "pause: it should be a valid number, not True."),
        ("pause = 61", 20, "pause: it should be less than or equal to 60, not 61."),
        ('move = "Sir Aldric"', 19, '"along" is missing.'),
        (
            'move = "Sir Aldric"\nalong = [[4, 5]]\nevry = 1',
            22,
            '"evry" is no key of this table; did you mean "every"?',
        ),
        (
            'move = "Sir Aldric"\nalong = [[4]]',
            21,
            "along: a place is two numbers, [column, row], not [4].",
        ),
        ('move = "Sir Aldric"\nalong = []', 21, '"along" is empty.'),
        (
            'move = "Sir Aldrik"\nalong = [[4, 5]]',
            20,
            'there is no token "Sir Aldrik"; did you mean "Sir Aldric"?',
        ),
        (
            'move = "Brambleback"\nalong = [[10, 5], [11, 5]]',
            21,
            "[11, 5] is off the map for Brambleback, 2 by 2 cells: columns go from 2 to 10, rows",
        ),
        ('hurt = "Sir Aldric"\nby = 0', 21, "by: it should be greater than 0, not 0."),
        ('reveal = "Sir Aldric"', 20, '"Sir Aldric" is not hidden at this point.'),
        ('hide = "Brambleback"', 20, '"Brambleback" is already hidden at this point.'),
        ('next = "turn"', 20, 'no turns before a step with begin = "combat".'),
        (
            'remove = "Sir Aldric"\n[[step]]\nhurt = "Sir Aldric"\nby = 2',
            22,
            '"Sir Aldric" was removed in line 19.',
        ),
        (
            'begin = "combat"\n[[step]]\nbegin = "combat"',
            22,
            "the combat has already begun.",
        ),
        (
            'remove = "Sir Aldric"\n[[step]]\nbegin = "combat"',
            22,
            "nobody here has a roll, so nobody can fight.",
        ),
        (
            'begin = "combat"\n[[step]]\nremove = "Sir Aldric"\n[[step]]\nnext = "turn"',
            24,
            "nobody is left to have a turn.",
        ),
    ],
)
def test_a_wrong_step_is_explained(folder: Path, step: str, line: int, told: str) -> None:
    text = f"{HEAD}{TOKENS}\n\n\n\n[[step]]\n{step}\n"

    (mistake,) = mistakes(folder, text)

    assert mistake.startswith(f"{line}: {told}")


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('"A fight"', "7", "1: title: it should be a valid string, not 7."),
        ('title = "A fight"', "", '1: "title" is missing.'),
        ("title", 'titel = "x"\ntitle', '1: "titel" is no key of this table; did you mean "title"'),
        ("sample-map", "absent", "2: "),
        ("sample-map.dd2vtt", "srd-tokens.json", "2: "),
        ("srd-tokens.json", "absent.json", "3: "),
        ("srd-tokens.json", "sample-map.dd2vtt", "3: "),
        (
            '"Knight"',
            '"Knigt"',
            '6: srd-tokens.json has no creature "Knigt"; did you mean "Knight"?',
        ),
        ("[4, 5]", "[1, 5]", "7: [1, 5] is off the map for Sir Aldric"),
        ("roll = 14", "roll = 21", "8: roll: it should be less than or equal to 20, not 21."),
        ("hidden", "hiden", '14: "hiden" is no key of this table; did you mean "hidden"?'),
        ('"Brambleback"', '"Sir Aldric"', '11: two tokens are called "Sir Aldric"'),
        (
            "title",
            "cast = { players = 199 }\ntitle",
            "1: cast: a cast is 1 to 200 clients in all.",
        ),
        ("title", "limits = { patience = 0 }\ntitle", "1: patience: it should be greater than 0"),
    ],
)
def test_a_wrong_table_is_explained(folder: Path, wrong: str, right: str, told: str) -> None:
    text = (HEAD + TOKENS).replace(wrong, right, 1) + BEGIN

    (mistake,) = mistakes(folder, text)

    assert mistake.startswith(told)


def test_what_is_no_map_is_named(folder: Path) -> None:
    (folder / "sample-map.dd2vtt").write_text('{"format": 0.3}', encoding="utf-8")

    (mistake,) = mistakes(folder, HEAD + TOKENS + BEGIN)

    assert "is not a Universal VTT map. resolution: it is missing." in mistake


def test_a_script_without_steps_is_no_script(folder: Path) -> None:
    assert mistakes(folder, HEAD + TOKENS) == [
        "1: there are no steps; each begins with a line [[step]]."
    ]


def test_steps_that_are_no_tables_are_explained(folder: Path) -> None:
    assert mistakes(folder, f"step = 3\n{HEAD}{TOKENS}") == [
        "1: steps are written as tables that begin with [[step]]."
    ]


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    text = (HEAD + TOKENS).replace("roll = 14", "roll = 0").replace("hidden", "hiden")

    told = mistakes(folder, f"{text}\n[[step]]\nmov = 'x'\n[[step]]\npause = -1\n")

    assert [mistake.split(":")[0] for mistake in told] == ["8", "14", "17", "19"]


def test_mistakes_of_every_kind_are_told_at_once(folder: Path) -> None:
    text = (HEAD + TOKENS).replace("sample-map", "absent").replace('"Owlbear"', '"Owlbaer"')
    text = text.replace("roll = 14", "roll = 0").replace('"A fight"', "7")
    steps = [
        "pause = -1",
        'next = "turn"',
        'move = "Nobody"\nalong = [[4, 5]]',
        'hurt = "Nobody"\nby = -1',
    ]
    twice = '[[token]]\nname = "Brambleback"\ncreature = "Nobody"\nat = [3, 3]\n'

    told = mistakes(folder, text + twice + "".join(f"[[step]]\n{step}\n" for step in steps))

    numbers = [int(mistake.split(":")[0]) for mistake in told]
    assert numbers == [1, 2, 8, 12, 16, 17, 20, 22, 24, 27, 28]


def test_places_are_checked_beside_other_mistakes(folder: Path) -> None:
    text = (HEAD + TOKENS).replace('"A fight"', "7").replace("[4, 5]", "[1, 5]")

    told = mistakes(folder, text + BEGIN)

    assert [mistake.split(":")[0] for mistake in told] == ["1", "7"]


@pytest.mark.parametrize(
    "steps",
    [
        ["begn = 'combat'", 'next = "turn"'],
        ["revel = 'Brambleback'", 'hide = "Brambleback"'],
        ['remove = "Sir Aldric"\nextra = 1', 'begin = "combat"'],
    ],
)
def test_what_may_follow_from_a_mistake_is_none(folder: Path, steps: list[str]) -> None:
    told = mistakes(folder, HEAD + TOKENS + "".join(f"[[step]]\n{step}\n" for step in steps))

    assert len(told) == 1


def test_a_token_with_a_mistake_is_still_there(folder: Path) -> None:
    text = (HEAD + TOKENS).replace("Owlbear", "Owlbaer")
    steps = '[[step]]\nreveal = "Brambleback"\n[[step]]\nremove = "Brambleback"\n'

    assert len(mistakes(folder, text + steps)) == 1


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('{ name = "Gatehouse", map = "sample-map.dd2vtt" }', '"Gatehouse"', "line [scene]."),
        ("title", "cast = 5\ntitle", "line [cast]."),
    ],
)
def test_a_table_is_explained_without_the_words_of_a_library(
    folder: Path, wrong: str, right: str, told: str
) -> None:
    (mistake,) = mistakes(folder, (HEAD + TOKENS).replace(wrong, right, 1) + BEGIN)

    assert mistake.endswith(f"is written as a table that begins with a {told}")


@pytest.mark.parametrize("tokens", ["token = 3\n", "token = [3]\n", "token = {}\n"])
def test_tokens_that_are_no_tables_are_explained(folder: Path, tokens: str) -> None:
    (mistake,) = mistakes(folder, tokens + HEAD + BEGIN)

    assert mistake == '1: "token" is written as a table that begins with a line [[token]].'


def test_a_creature_without_hit_points_cannot_be_hurt(folder: Path) -> None:
    rows = {"tokens": [{"id": "1", "name": "Knight"}, {"id": "2", "name": "Owlbear"}]}
    (folder / "srd-tokens.json").write_text(json.dumps(rows), encoding="utf-8")

    (mistake,) = mistakes(folder, HEAD + TOKENS + '[[step]]\nhurt = "Sir Aldric"\nby = 1\n')

    assert mistake == '16: "Sir Aldric" has no hit points.'


def test_a_name_in_any_script_gets_a_key(folder: Path) -> None:
    text = (HEAD + TOKENS).replace("Brambleback", "Brämbleback").replace("Sir Aldric", "騎士")
    file = folder / "fight.toml"
    file.write_text(text + BEGIN, encoding="utf-8")

    assert [token.id for token in read_script(file).tokens] == ["token-1", "brambleback"]


@pytest.mark.parametrize(
    ("cast", "owner", "told"),
    [
        ("{}", "player 6", '16: there is no player "player 6"; did you mean "player 5"?'),
        ("{}", "gm", '16: there is no player "gm"; known: player 1, player 2, player 3'),
        (
            "{ players = 0 }",
            "player 1",
            '16: there is no player "player 1"; the cast has no players',
        ),
    ],
)
def test_an_owner_is_one_of_the_players(folder: Path, cast: str, owner: str, told: str) -> None:
    script = f'{HEAD}cast = {cast}\n{TOKENS}owner = "{owner}"\n{BEGIN}'

    (mistake,) = mistakes(folder, script)

    assert mistake.startswith(told)


def test_a_player_may_own_what_is_hidden(folder: Path) -> None:
    (folder / "fight.toml").write_text(
        f'{HEAD}{TOKENS}owner = "player 5"\n{BEGIN}', encoding="utf-8"
    )

    assert read_script(folder / "fight.toml").tokens[1].table.owner == "player 5"


EMPTY = """\
title = "A floor"
scene = { name = "Floor", size = [10, 10] }
cast = { players = 2 }
token = [{ name = "Hero", at = [1, 1], owner = "player 1" }]
"""


@pytest.mark.parametrize(
    ("step", "line", "told"),
    [
        (
            'publish = [{ put = "nose/a", value = {} }]',
            6,
            'no room has a kind "nose"; did you mean',
        ),
        ('publish = [{ patch = "note/a", value = {} }]', 6, 'there is no row "note/a" at this'),
        ('publish = [{ del = "token/hero" }]', 6, '"token/hero" is kept by the script; use its'),
        ('publish = [{ put = "combat/x", value = {} }]', 6, '"combat/x" is kept by the script;'),
        ('publish = [{ put = "note" }]', 6, 'put: it should be written "kind/key"'),
        ('publish = [{ put = "note/a" }]', 6, "a put and a patch carry a value"),
        ("publish = [{ value = {} }]", 6, "a change has one of put, patch and del"),
        ('publish = [{ put = "note/a", value = { a = nan } }]', 6, "value: it should be what JSON"),
        ('republish = "last"', 5, "nothing has been published before this step."),
        ('expect = "nothing"\nfor = "players"', 5, "nothing has been published before this step."),
        ('disconnect = "playrs"', 6, 'there is nobody called "playrs"; did you mean "players"?'),
        ('reconnect = "gm"', 6, '"gm" has not lost the connection at this point.'),
        ('expire = "players"', 6, '"players" are several; known: player 1, player 2.'),
        ('slow = "gm"\nfor = 0', 7, "for: it should be greater than 0, not 0."),
        ('join = "dm"', 6, "join: it should be 'gm', 'player', 'spectator' or 'display'"),
        ('presence = "cursor"\nby = "spectator"\nat = [1, 1]', 7, "a spectator can't point;"),
        ('presence = "cursor"\nby = "gm"\nat = [11, 1]', 8, "[11, 1] is off the map."),
        ('presence = "cursor"\nby = "gm"', 5, "a cursor has at, nothing else."),
        (
            'presence = "drag"\nby = "player 2"\ntoken = "Hero"\nat = [1, 1]',
            7,
            '"Hero" is not player 2\'s; only owners and gms drag a token.',
        ),
        ('overtake = "Hero"\nalong = [[1, 1]]', 7, '"along" has 1; it needs 2.'),
        ('hook = "Do it!"', 6, "hook: "),
    ],
)
def test_a_wrong_step_of_an_evening_is_explained(
    folder: Path, step: str, line: int, told: str
) -> None:
    found = mistakes(folder, f"{EMPTY}[[step]]\n{step}\n")

    assert found[0].startswith(f"{line}: ")
    assert told in found[0]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("scene", "told"),
    [
        ('{ name = "x" }', "2: scene: a scene has one of map, rows and size."),
        ("{ size = [3, 3] }", "2: scene: a scene has a name, unless it comes from rows."),
        ('{ rows = "none.json" }', "2: "),
        ('{ rows = "srd-tokens.json" }', "2: "),
    ],
)
def test_a_scene_without_a_place_is_explained(folder: Path, scene: str, told: str) -> None:
    text = EMPTY.replace('{ name = "Floor", size = [10, 10] }', scene)

    assert mistakes(folder, f"{text}[[step]]\npause = 0\n")[0].startswith(told)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "rows: "),
        ([{"kind": "wall", "key": "w", "value": {}}], "there is no row of kind scene"),
        ([{"kind": "session", "key": "s", "value": {}}], "session/s is the script's to write"),
        ([{"kind": "note", "key": "s", "value": {}}] * 2, "note/s is there twice"),
    ],
)
def test_rows_that_are_none_are_explained(
    folder: Path, rows: list[dict[str, object]], told: str
) -> None:
    (folder / "rows.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    text = EMPTY.replace('{ name = "Floor", size = [10, 10] }', '{ rows = "rows.json" }')

    assert told in mistakes(folder, f"{text}[[step]]\npause = 0\n")[0]
