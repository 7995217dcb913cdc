"""One wish is one object: toys are added to a copy of the tree, each by one object, and the copy is
used.

No code of ours is patched: what is tried here is what somebody does who adds an action, a field, a
check, a task type.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("bot", "commands", "docs", "templates", "tests", "manifest.yml")

ACTION = """    Action(
        command=LABELJOB,
        word="wave",
        usage="wave name",
        help="wave at a job",
        right="wave",
        rule=Rule(Role.MANAGER, words="wave at this job"),
        first="see",
        about="the job to wave at",
        unnamed="Name the job to wave at: /labeljob wave name.",
        mention="wave",
        button=Button(id="job_wave", text=lambda _shown: "Wave", place=9, spoken="Wave at {}"),
    ),
"""
HANDLER = '''"""Wave at a job."""

from bot.jobs.actions import JOB_ACTIONS
from commands.doing import Answer, Ask, Said, does


@does(JOB_ACTIONS[-1])
def wave(ask: Ask) -> Answer:
    """Once for the command, the press and the mention."""
    ask.access.require("wave", ask.at_home())
    return Said(f"{ask.named.name} waves back.")
'''
FIELD = """    Field(
        name="mood",
        words="Mood",
        element=text(lambda draft: draft.more.get("mood", ""), "calm"),
        read=lambda answer, asked: asked.but(more={**asked.draft.more, "mood": answer.text}),
        fault=judged(
            lambda asked: "Calm down first." if asked.draft.more.get("mood") == "angry" else ""
        ),
        optional=True,
    ),
"""
CHECKS = '''"""Is it a good day, and is the title short."""

from bot.jobs.checks.check import Check, Finding, Kind, Seen


def _kind(draft, sight):
    """Its title is looked at before the launch alone, where time is no matter."""
    looked_at = draft.job_name + (draft.title if sight.look.most is None else "")
    return Kind.BLOCKS if "onday" in looked_at else Kind.LOOK_AT


NO_MONDAY = Check(
    name="no monday",
    place=7,
    page=1,
    field="job_name",
    words="the weekday",
    ask=lambda draft, sight: Seen(
        (Finding(_kind(draft, sight), "Mondays are slow; choose another day."),)
    ),
)
CAPITALS = Check(
    name="capitals",
    place=8,
    page=1,
    field="title",
    words="the title",
    ask=lambda _draft, _sight: Seen((Finding(Kind.LOOK_AT, "Titles read best short."),)),
)
'''
SHORT_ACTION = """    Action(
        command={command},
        word="wave",
        usage="wave name",
        help="wave at one",
        right="wave {command}",
        rule=Rule(Role.MANAGER, words="wave here"),
        first="wave {command}",
    ),
"""
SHORT_HANDLER = '''"""Wave at what is named."""

from {story} import {actions}
from commands.doing import Answer, Ask, Said, does


@does({actions}[-1])
def wave(ask: Ask) -> Answer:
    """Without a look at it."""
    return Said(f"{{ask.said}} waves back.")
'''
SHORT = (
    ("bot/jobs/actions.py", "LABELTEAM", "TEAM_ACTIONS"),
    ("bot/datasets/actions.py", "DATASET", "DATASET_ACTIONS"),
)


def _grow(tree: Path) -> None:
    """Add each toy by one object (and the action's doing, in a file of its own)."""
    _append(tree / "bot/jobs/actions.py", "JOB_ACTIONS: tuple", ACTION)
    (tree / "commands/labeljob/wave.py").write_text(HANDLER, encoding="utf-8")
    for file, command, actions in SHORT:
        _append(tree / file, f"{actions}: tuple", SHORT_ACTION.format(command=command))
        story = file.removesuffix(".py").replace("/", ".")
        doing = SHORT_HANDLER.format(story=story, actions=actions)
        (tree / f"commands/{command.lower()}/wave.py").write_text(doing, encoding="utf-8")
    _append(tree / "bot/jobs/form/more_fields.py", "MORE: tuple", FIELD)
    (tree / "bot/jobs/checks/monday.py").write_text(CHECKS, encoding="utf-8")
    types = tree / "bot/engines/ground_truth/task_types"
    rows = json.loads((types / "classes.json").read_text(encoding="utf-8"))["task_types"]
    like = next(row for row in rows if row["id"] == "image-classification")
    toy = {**like, "id": "toy-type", "title": "Toy", "offered": 9}
    (types / "toys.json").write_text(json.dumps({"task_types": [toy]}), encoding="utf-8")


def _append(file: Path, beginning: str, added: str) -> None:
    """Put an object at the end of a list that begins so."""
    text = file.read_text(encoding="utf-8")
    end = text.index("\n)\n", text.index(beginning)) + 1
    file.write_text(text[:end] + added + text[end:], encoding="utf-8")


def _run(tree: Path, *program: str) -> str:
    """What a program of the grown copy says."""
    done = subprocess.run(
        [sys.executable, *program],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of the toys in the grown copy."""
    tree = tmp_path_factory.mktemp("grown")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)
    _grow(tree)
    _run(tree, "docs/write_hints.py")  # make manifest
    return dict(json.loads(_run(tree, "-m", "tests.house.toys")))


def test_toy_action_is_one_object(grown: dict[str, Any]) -> None:
    """Without this, a command would have to be spelled in help, hints, mentions, rules and cards
    again.
    """
    told = grown["action"]
    assert "`/labeljob wave name` wave at a job" in told["help"]
    assert told["usage"].endswith("| wave name")
    assert told["typed"] == "toy-job waves back."
    assert told["unnamed"] == "Name the job to wave at: /labeljob wave name."
    assert told["refused"].startswith("You cannot wave at this job.")
    assert told["mentioned"] == ["toy-job waves back."]
    assert "wave" in told["sayable"][0].rpartition("A mention understands:")[2]
    assert "Wave" in told["buttons"]


@pytest.mark.parametrize("command", ["/labelteam", "/dataset"])
def test_toy_action_of_another_command_is_one_object(grown: dict[str, Any], command: str) -> None:
    """Without this, the smaller commands would tell their words apart by hand again."""
    told = grown["short_actions"][command]
    assert f"`{command} wave name` wave at one" in told["help"]
    assert told["usage"].endswith("| wave name")
    assert told["typed"] == "Orchard waves back."
    assert told["refused"].startswith("You cannot wave here. ")


def test_toy_field_is_one_object(grown: dict[str, Any]) -> None:
    """Without this, a field would have to be named in pages, reading, rules and errors again."""
    told = grown["field"]
    assert told["asked"]
    assert told["faults"]["mood"] == "Calm down first."
    assert told["kept"] == "calm"


def test_toy_check_is_one_object(grown: dict[str, Any]) -> None:
    """Without this, a question would have to be asked at the form and before the launch in two
    ways.
    """
    told = grown["check"]
    assert told["at_form"] == {"job_name": "Mondays are slow; choose another day."}
    assert "Mondays are slow" in told["review"]
    assert "Not launched" in told["launch"]
    assert "Mondays are slow" in told["launch"]
    assert "Titles read best short" in told["review"]
    assert "Titles read best short" in told["launched"]


def test_toy_task_type_is_one_row(grown: dict[str, Any]) -> None:
    """Without this, a task type would need a page, a list and a path of its own."""
    told = grown["task_type"]
    assert "<crowd-image-classifier" in told["page"]
    assert told["pre"].endswith(":PRE-ImageMultiClass")
