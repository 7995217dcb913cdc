"""Files that call themselves pure are: no database, no Slack, no AWS, not even through another
file.
"""

import ast
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
IMPURE = ("boto3", "slack_sdk", "slack_bolt", "sqlmodel", "sqlalchemy", "apscheduler")


def _pure() -> list[str]:
    """The modules whose docstring says "(pure" in its first sentence."""
    found = []
    for file in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "commands").rglob("*.py")]):
        told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        if "(pure" in told.partition("\n\n")[0]:
            found.append(
                ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            )
    return found


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph("bot", "commands", include_external_packages=True)


@pytest.mark.parametrize("module", _pure())
def test_pure_file_reaches_nothing_outside(module: str) -> None:
    """Without this, a rule could not be tried without a database, and would one day ask AWS by
    itself.
    """
    chains = {
        name: _imports().find_shortest_chain(module, name)
        for name in IMPURE
        if name in _imports().modules
    }
    assert {name: chain for name, chain in chains.items() if chain} == {}


def test_there_are_pure_files() -> None:
    """Without this, a misspelled mark would leave nothing to check."""
    assert len(_pure()) > 30
