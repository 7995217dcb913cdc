"""What is loaded, what is not, and in which order: no stand-ins in production, no circles
anywhere.
"""

import json
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.house.trees import ROOT, copy, python

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
import bot, commands, templates
loaded = []
for package in (bot, commands, templates):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # migrations are Alembic's own to load
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
            loaded.append(module.name)
print(json.dumps([bot.__file__, loaded]))
"""
_HELP = """
import bot.__main__
try:
    bot.__main__.main(["--help"])
except SystemExit as end:
    assert not end.code
"""
_LOADED = """
import json, sys
before = set(sys.modules)
{}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded_by(statement: str) -> list[str]:
    """The modules that a statement loads, in a process of its own."""
    ran = python("-c", _LOADED.format(statement), cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout.splitlines()[-1]))


def test_production_loads_nothing_of_the_sandbox() -> None:
    """Production must run where the sandbox's packages are not installed, and must never behave as
    in practice.
    """
    loaded = loaded_by(
        "import bot.runtime.wiring, commands.labeljob, commands.dataset, commands.labelteam"
    )
    assert "bot.runtime.wiring" in loaded
    assert [name for name in loaded if name.startswith("bot.sandbox")] == []
    sandbox_only = {
        "starlette",
        "uvicorn",
        "websockets",
        "liquid",
        "PIL",
        "regex",
        "rich",
        "multipart",
    }
    assert sandbox_only.intersection(loaded) == set()


def test_help_loads_nothing_heavy() -> None:
    """An administrator who asks for help must not wait for AWS's and Slack's libraries to load."""
    loaded = loaded_by(_HELP)
    ours = [name for name in loaded if name.split(".")[0] in {"bot", "commands", "templates"}]
    assert ours == ["bot", "bot.__main__"]
    heavy = {
        "boto3",
        "botocore",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy",
        "sqlmodel",
        "pydantic",
        "alembic",
        "msgspec",
        "jinja2",
        "granian",
        "apscheduler",
        "yaml",
        "nh3",
        "psycopg",
        "logging",
        "asyncio",
        "ssl",
    }
    assert heavy.intersection(loaded) == set()


def test_without_the_sandbox_production_imports_and_the_pure_tests_pass(tmp_path: Path) -> None:
    """A production image may leave the stand-ins out; nothing of the bot may miss them."""
    copy(
        tmp_path,
        without=("bot/sandbox", "tests/sandbox", "tests/browser", "tests/stories", "tests/house"),
    )
    ran = python("-c", _IMPORT_ALL, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    where, modules = json.loads(ran.stdout)
    assert Path(where).is_relative_to(tmp_path)
    assert {"bot.runtime.wiring", "bot.jobs.accept", "commands.labeljob"} <= set(modules)
    assert not any("sandbox" in name for name in modules)
    options = ("-q", "-rs", "-p", "no:cacheprovider", "--assert=plain")
    ran = python("-m", "pytest", *options, "tests/facts", cwd=tmp_path, HYPOTHESIS_PROFILE="few")
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert "the stand-in's validator is not here" in ran.stdout


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Which of our modules imports which, for types only and inside functions as well."""
    graph = grimp.build_graph("bot", "commands", "templates", cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """One circle among these imports, each name imported by the one after it; [] when there is
    none.
    """
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_file_imports_itself_by_way_of_others(imports: dict[str, set[str]]) -> None:
    """Files in a circle can be read, tested and moved only together; hidden imports make it no
    smaller.
    """
    assert "bot.sandbox.slack.socket_mode" in imports["bot.sandbox.slack.transport"], "for types"
    assert "bot.sandbox.crowd.liquid_pages" in imports["bot.sandbox.aws.sagemaker.work_teams"], (
        "late"
    )
    assert circle({"a": {"b"}, "b": {"a"}})
    assert circle(imports) == []


def test_no_folder_of_the_sandbox_imports_itself_by_way_of_others(
    imports: dict[str, set[str]],
) -> None:
    """The folders are the map of what plays other companies; in a circle none of them can be read
    alone.

    `__main__` is left out: it is the door to all of them, and no part of the folder that they stand
    on.
    """
    packages = {module.rpartition(".")[0] for module in imports}

    def folder(module: str) -> str:
        return module if module in packages else module.rpartition(".")[0]

    folders: dict[str, set[str]] = {}
    for module, imported in imports.items():
        if module.startswith("bot.sandbox.") and not module.endswith(".__main__"):
            folders.setdefault(folder(module), set()).update(map(folder, imported))
    assert {"bot.sandbox.aws.s3", "bot.sandbox.crowd", "bot.sandbox.workspace"} <= set(folders)
    assert circle({name: others - {name} for name, others in folders.items()}) == []
