"""Every case has its test, and every test here is one of a case."""

from importlib import import_module
from pathlib import Path
from typing import Any

from tests.cases.kinds import CASES

HERE = Path(__file__).parent


def by_test() -> dict[str, list[str]]:
    """The cases that each test function of this folder says it is of."""
    found: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("test_*.py")):
        if file == Path(__file__):
            continue
        module: dict[str, Any] = vars(import_module(f"{__package__}.{file.stem}"))
        for name, test in module.items():
            if name.startswith("test_"):
                marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "case"]
                found[f"{file.stem}.{name}"] = [mark.args[0] for mark in marks]
    return found


def test_every_case_has_a_test() -> None:
    """A case whose test went away with the code around it would come back, and somebody would meet
    it again.
    """
    assert {case for cases in by_test().values() for case in cases} == set(CASES)


def test_every_test_names_its_case() -> None:
    """A test without its case would not be missed."""
    assert [test for test, cases in by_test().items() if len(cases) != 1] == []
