"""docs/practice-workspace.md says where the stand-ins had to guess; it must not fall behind the
code.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.sandbox.journal import Fault
from bot.sandbox.workspace import seed

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "practice-workspace.md"
MARK = "UNSURE:"


def guesses() -> list[str]:
    """Every place in the stand-ins' code that is marked as a guess, as the document lists it."""
    found = []
    for path in sorted((ROOT / "bot" / "sandbox").rglob("*")):
        if path.suffix not in {".py", ".js"}:
            continue
        lines = path.read_text().splitlines()
        found += [
            f"- `{path.relative_to(ROOT / 'bot' / 'sandbox')}`: {_sentence(lines, number)}"
            for number, line in enumerate(lines)
            if MARK in line
        ]
    return found


def _sentence(lines: list[str], number: int) -> str:
    """The words after the mark, to the end of the comment or the paragraph."""
    before, _, words = lines[number].partition(MARK)
    sign = re.match(r"\s*(#|//)", before)
    # A mark inside a docstring belongs to the sentence before it.
    collected = [before.strip().removeprefix('"""') if not sign else "", words]
    if '"""' not in words:
        for line in lines[number + 1 :]:
            text = line.strip()
            if sign and not text.startswith(sign.group(1)):
                break
            if not sign and not text:
                break
            collected.append(text.removeprefix(sign.group(1)) if sign else text)
            if not sign and '"""' in text:
                break
    whole = " ".join(" ".join(collected).partition('"""')[0].split())
    return whole.replace("``", "`")


def test_every_guess_is_in_the_document() -> None:
    """A guess that nobody knows of is taken for a fact; who corrects one must find all."""
    section = DOC.read_text().partition("## Where it had to guess")[2].partition("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("- ")]
    wanted = guesses()
    assert len(wanted) > 40
    assert listed == wanted, "put these into the document:\n" + "\n".join(wanted)


def test_every_switch_is_in_the_document() -> None:
    """A fault, a bucket or a setting that is not described will not be tried."""
    text = DOC.read_text()
    for fault in Fault.__args__:  # type: ignore[attr-defined]
        assert f"`{fault}`" in text, fault
    for bucket in seed.DIFFICULT:
        assert f"`{bucket}`" in text, bucket
    addresses = ROOT / "bot" / "sandbox" / "workspace" / "addresses.py"
    services = addresses.read_text().partition("def environment")[2]
    for name in re.findall(r'"((?:AWS|SLACK|LABELJOB)_[A-Z_]+)":', services):
        assert f"`{name}`" in text, name


def test_the_examples_are_json() -> None:
    """What people paste into a terminal has to be readable by the stand-in."""
    bodies = re.findall(r"-d '(\{.*?\})'", DOC.read_text())
    assert len(bodies) >= 4
    for body in bodies:
        json.loads(body)
