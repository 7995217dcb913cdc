"""The repository keeps its promises to newcomers: settings, locks, commands, links, and words on
every piece.
"""

import ast
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from pydantic import AliasChoices

from bot.base.settings import EXAMPLES, Settings, name_of
from tests.house.trees import ROOT, ours

LOCKS = sorted(ROOT.glob("requirements*.txt"))
TEXTS = [file for file in ours() if file.suffix not in {".png", ".jpg", ".ico", ".woff2"}]
PROSE = [file for file in TEXTS if file.suffix == ".md"]
PRIVATE = re.compile(
    r"pypi\.(org|python)|pythonhosted|registry\.npmjs|artifactory|--(extra-)?index-url|--find-links"
    r"|/root/|/home/[a-z]|/Users/[a-z]|/wor[k]/(main|shared)"
)


def _written(alias: object, name: str) -> str:
    """A setting's name in the environment: the first, where an older one is read still."""
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias or f"LABELJOB_{name.upper()}")


def test_env_example_names_every_setting_and_no_other() -> None:
    """A setting that is not there is never found; one that does nothing is believed to work."""
    names = re.findall(
        r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE
    )
    fields = Settings.model_fields.items()
    wanted = {_written(field.validation_alias, name) for name, field in fields}
    assert len(names) == len(set(names))
    assert set(names) == wanted


def test_env_example_shows_the_defaults() -> None:
    """A default that differs from what is written there misleads whoever keeps it commented out."""
    for name, field in Settings.model_fields.items():
        if field.validation_alias or field.default in {None, "", ()}:
            continue
        shown = re.search(
            rf"^(?:# )?LABELJOB_{name.upper()}=(.*)$",
            (ROOT / ".env.example").read_text(),
            re.MULTILINE,
        )
        assert shown, name
        if shown[0].startswith("#") and name != "health_port":
            assert (
                shown[1] == f"{field.default:g}"
                if isinstance(field.default, float)
                else str(field.default)
            )


def test_whatever_the_example_shows_to_be_replaced_is_known_as_that() -> None:
    """Without this, a value of the example that nobody replaced would be taken for somebody's."""
    left = re.findall(r"^([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    shown = {
        field: tuple(dict(left)[name_of(field)].split(","))
        for field, given in Settings.model_fields.items()
        if str(given.default) != dict(left).get(name_of(field), str(given.default))
    }
    for field, values in shown.items():
        assert set(values) <= set(EXAMPLES[field]), field
    assert shown.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: file.name)
def test_locks_are_exact_and_hashed(lock: Path) -> None:
    """An unpinned or unhashed package is somebody else's code on the user's machine."""
    entries = re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", " ").strip())
    requirements = [entry for entry in entries if not entry.startswith("#")]
    assert requirements
    for entry in requirements:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in lock.read_text()


def test_locks_hold_what_the_project_needs() -> None:
    """A dependency that is only in pyproject.toml would be missing after `make run`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-sandbox.txt": project["project"]["optional-dependencies"]["sandbox"]
        + project["dependency-groups"]["build"],
        "requirements-pictures.txt": project["project"]["dependencies"]
        + project["project"]["optional-dependencies"]["pictures"],
        "requirements-dev.txt": [
            each for each in project["dependency-groups"]["dev"] if isinstance(each, str)
        ],
    }
    for name, needs in groups.items():
        held = {
            _normal(found)
            for found in re.findall(r"^([A-Za-z0-9._-]+)", (ROOT / name).read_text(), re.MULTILINE)
        }
        wanted = {_normal(re.split(r"[\[<>=; ]", need, maxsplit=1)[0]) for need in needs}
        assert wanted <= held, name


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_no_registry_and_no_machine_is_named() -> None:
    """A clone must work anywhere: behind a mirror, on another machine, in another company."""
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in TEXTS
        if file != Path(__file__) and (match := PRIVATE.search(file.read_text("utf-8")))
    ]
    assert found == []


def test_commands_of_the_readme_exist() -> None:
    """The first thing that people type must work."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for file in PROSE:
        typed = set(re.findall(r"(?:^|`)make ([a-z-]+)", file.read_text(), re.MULTILINE))
        assert typed <= targets, file.name
    from bot.__main__ import _parser  # noqa: PLC0415

    known = set(next(each.choices for each in _parser()._actions if isinstance(each.choices, dict)))
    for file in PROSE:
        typed = set(re.findall(r"(?:^|`)labeljob ([a-z-]+)", file.read_text(), re.MULTILINE))
        assert typed <= known, file.name


@pytest.mark.parametrize("file", PROSE, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_relative_links_resolve(file: Path) -> None:
    """A dead link in the set-up is where people give up."""
    for link in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
        if "://" not in link and not link.startswith(("#", "mailto:")):
            assert (file.parent / link.split("#")[0]).exists(), link


def test_make_lists_every_target() -> None:
    """`make` alone is the list of what can be done; a target without its words is hidden."""
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony == described


def test_procfile_names_the_roles() -> None:
    """A platform starts what stands there, and nothing checks it before: it installs the
    requirements alone, which bring no `labeljob` command.
    """
    lines = yaml.safe_load((ROOT / "Procfile").read_text())
    assert lines["web"].startswith("python -m bot serve --role web")
    assert lines["worker"].startswith("python -m bot serve --role worker")
    assert lines["release"] == "python -m bot migrate"


def test_ci_is_what_a_checkout_runs_and_may_do_nothing_else() -> None:
    """Without this, somebody else's action or a pull request could do more than run the tests."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    flow = yaml.safe_load(text)
    job = flow["jobs"]["ci"]
    assert flow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    assert "secrets." not in text
    assert "pull_request_target" not in text
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in used), used
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert promised == f">={job['strategy']['matrix']['python'][0]}"


def test_glossary_can_be_learnt() -> None:
    """A glossary that grows is where a second word for the same thing is hidden."""
    glossary = (ROOT / "docs" / "architecture.md").read_text().partition("## Glossary")[2]
    words = re.findall(r"^\| (?!word|---)([^|]+) \|", glossary, re.MULTILINE)
    assert 0 < len(words) <= 30


def test_every_module_says_what_it_promises() -> None:
    """The docstrings are the map of this code."""
    silent = [
        file.relative_to(ROOT).as_posix()
        for folder in ("bot", "commands", "templates")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert silent == []


def test_every_test_says_what_would_be_lost() -> None:
    """A test that nobody can explain is deleted or obeyed, both without reason."""
    silent = [
        f"{file.relative_to(ROOT).as_posix()}::{node.name}"
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_types_are_prepared_while_modules_are_read() -> None:
    """Msgspec 0.22 crashes the process when two threads decode a type for the first time: one start
    in some hundreds.

    A decoder that is made with its module is made by one thread; so is one of a type that was made
    for it alone.
    """
    own_types = {"bot/manifests/known_lines.py"}
    on_the_spot = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in ours()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in {"bot", "commands"}
        if file.relative_to(ROOT).as_posix() not in own_types
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef | ast.Lambda)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _prepares_a_type(call)
    ]
    assert not on_the_spot


def _prepares_a_type(call: ast.Call) -> bool:
    """Whether it is `decode` or `convert` with a type, or makes a decoder."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return named == "Decoder" or (
        named in {"decode", "convert"} and any(each.arg == "type" for each in call.keywords)
    )


def test_revisions_follow_one_another() -> None:
    """Two people who add tables at once would take one number, and no database could be made."""
    files = sorted((ROOT / "bot/base/migrations/versions").glob("[0-9]*.py"))
    assert [file.name[:4] for file in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for before, after in pairwise(files):
        assert f'down_revision = "{before.name[:4]}"' in after.read_text(), after.name
