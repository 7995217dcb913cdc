"""Words that a newcomer stumbled over stay out of what people read.

What people read is the product's strings, the docstrings of its refusals (their messages), the
manifest, the templates, and the documents for whoever uses or runs the bot.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import bot
import commands
from bot.base.errors import LabeljobError
from tests.house.trees import ROOT

OLD = {
    "was submitted": r"\btaken? in\b(?! (its|their|every))",
    "ends; time limit": r"\b(job|task)s? closes|\bcloses\b(?! as if)|\bclosing\b",
    "all 40 labeled": r"\b0 not\b",
    "about 1 hour of work left": r"\bsuch (hour|minute)",
    "requested by, requested at": r"\basked by\b|\basked .* ago",
    "has no access to": r"\blet the bot in\b",
    "may not use": r"\bnot open here\b|\bOpen are\b|\bis not open in\b",
    "paused after errors, resume": r"\b[Ss]et aside\b|\b[Tt]aken? (it |them )?up\b|\btake up again",
    "would reject": r"\b(give|gave|given) (this|the whole) import up\b",
    "fix": r"\b[Mm]end(ed|s)?\b",
    "again; retype": r"\banew\b",
    "separate": r"\bdo not part\b",
    "upper and lower case": r"\b[Cc]apitals\b",
    "is shown as text": r"\bstay words\b",
    "stop notices here": r"\btold? .*\bno more\b",
    "link": r"\b[Tt]ie[sd]? (a|the|it|its|your)\b",
    "requests, background work": r"\bpeople, time\b",
    "Skipped: … failed": r"\bNot asked\b|\bis not well\b",
    "nothing": r"\bIn the portal\b|\bevery confidence will be 0\b",
}
DOCUMENTS = (
    "README.md",
    "manifest.yml",
    "docs/running.md",
    "docs/practice-workspace.md",
    "docs/reliability.md",
)


def product() -> Iterator[Path]:
    """The product's own files, and those of the practice workspace that speak for it."""
    yield from (ROOT / "commands").rglob("*.py")
    for path in (ROOT / "bot").rglob("*.py"):
        inside = path.relative_to(ROOT / "bot").parts
        if inside[0] != "sandbox" or inside[1] == "workspace":
            yield path


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a file that is no docstring and no line of the log, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {
        id(piece) for node in ast.walk(tree) for said in _unseen(node) for piece in ast.walk(said)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def _unseen(node: ast.AST) -> Iterator[ast.AST]:
    """What people do not read of it: sentences that stand alone, and calls of the log."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
        yield node


def refusals() -> Iterator[type[LabeljobError]]:
    """Every class of error of the product, whose docstring is its message."""
    for package in (bot, commands):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.(sandbox|migrations)\b|__main__", module.name):
                import_module(module.name)
    waiting = list(LabeljobError.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith(("bot.", "commands.")):
            yield found


@cache
def said() -> tuple[tuple[str, str], ...]:
    """Every place where people read something, and what they read there."""
    found = [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for path in product()
        for line, text in strings(path)
    ]
    found += [(error.__name__, error.__doc__ or "") for error in refusals()]
    pages = [*(ROOT / page for page in DOCUMENTS), *(ROOT / "templates").rglob("*.html*")]
    found += [
        (f"{page.relative_to(ROOT)}:{number}", line)
        for page in pages
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
    ]
    return tuple(found)


@pytest.mark.parametrize("better", OLD)
def test_no_old_word_is_in_peoples_sight(better: str) -> None:
    """Without this, words that a newcomer could not understand would come back one by one."""
    old = re.compile(OLD[better])
    found = [f"{place}: {text}" for place, text in said() if old.search(text)]
    assert found == [], f"say “{better}”"


def test_no_refusal_has_marks_that_slack_shows_as_signs() -> None:
    """Without this, people would read signs that nobody types round a command: what a refusal says
    is escaped, for it may hold what somebody typed.
    """
    own = [found for found in refusals() if "__init__" not in vars(found)]
    assert [found.__name__ for found in own if "`" in (found.__doc__ or "")] == []
