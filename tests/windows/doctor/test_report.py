"""`labeljob doctor` as a whole: what is well, what is missing, what is never printed, and its
guide.
"""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _parser, main
from bot.base import metrics
from bot.runtime import health
from bot.runtime.doctor import report
from bot.runtime.doctor.bucket_probes import RULE
from bot.runtime.doctor.examination import Row, Verdict, probe
from bot.runtime.health import Pulse
from bot.sandbox.workspace import seed
from tests.windows.doctor.conftest import Clinic


def test_well(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """An administrator could not tell a good set-up from a bad one."""
    db = clinic.migrate()
    Pulse(db).beat()
    db.close()
    assert main(["doctor", "--env-file", clinic.file()]) == 0
    words = capsys.readouterr().out
    for each in report.ORDER:
        assert each.name in words
    assert "0 failures" in words
    assert "fails" not in words
    assert "\x1b" not in words
    rows = clinic.examine()
    assert [name for name, row in rows.items() if row["verdict"] != "ok"] == ["Ground Truth"]
    assert not any(row["remedy"] for row in rows.values() if row["verdict"] == "ok")


def test_settings_that_are_missing_are_rows(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newcomer would get one long sentence, or a traceback."""
    rows = clinic.examine(SLACK_BOT_TOKEN="", LABELJOB_POLL_GAP="often")
    assert {name for name in rows if name.startswith("settings")} == {
        "settings: SLACK_BOT_TOKEN",
        "settings: LABELJOB_POLL_GAP",
    }
    assert main(["doctor", "--env-file", clinic.file(SLACK_APP_TOKEN="")]) == 1
    assert "SLACK_APP_TOKEN" in capsys.readouterr().out


def test_all_that_is_wrong_is_told_in_one_run(clinic: Clinic) -> None:
    """Without this, a newcomer would mend one setting, run it again, and read of the next one."""
    rows = clinic.examine(
        SLACK_BOT_TOKEN="",
        SLACK_APP_TOKEN="",
        LABELJOB_POLL_GAP="often",
        LABELJOB_MANAGERS="Sam",
        LABELJOB_EXECUTION_ROLE_ARN="LabelingRole",
        LABELJOB_BUCKETS="missing",
        LABELJOB_DATABASE_URL="sqlite:////nonexist/a/b.db",
    )
    fails = {name for name, row in rows.items() if row["verdict"] == "fails"}
    assert fails == {
        "settings: SLACK_BOT_TOKEN",
        "settings: SLACK_APP_TOKEN",
        "settings: LABELJOB_POLL_GAP",
        "settings: LABELJOB_MANAGERS",
        "execution role",
        "buckets: missing",
    }
    assert rows["database"]["verdict"] == "look at"
    assert rows["AWS credentials"]["verdict"] == "ok"


def test_what_could_not_be_asked_is_one_line(clinic: Clinic) -> None:
    """Without this, the one row that matters would stand among a dozen of no use."""
    rows = clinic.examine(SLACK_BOT_TOKEN="xoxb-", AWS_SECRET_ACCESS_KEY="wrong")
    assert rows["skipped"]["found"] == (
        "Slack token, Slack scopes, Slack channels, managers, places of channels "
        "(SLACK_BOT_TOKEN); clock against Slack (no date from Slack); "
        "labeling jobs, Ground Truth, work teams, workforce, execution role, Custom Labels, "
        "topics, buckets, writing to buckets, CORS of buckets, events of buckets "
        "(AWS credentials); "
        "tables, outbox, worker (database)."
    )
    assert rows["skipped"]["verdict"] == "look at"
    assert list(rows)[-1] == "skipped"
    told = {name.partition(": ")[0] for name in rows} - {"skipped", "settings"}
    named = re.sub(r" \([^)]*\)", "", rows["skipped"]["found"]).rstrip(".")
    assert told | set(re.split("[,;] ", named)) == {each.name for each in report.ORDER}


def test_the_example_as_it_is_is_refused(clinic: Clinic, tmp_path: Path) -> None:
    """Without this, a newcomer who filled in half of the file would read Slack's and AWS's words
    for it.
    """
    file = tmp_path / "copied.env"
    example = (Path(__file__).parents[3] / ".env.example").read_text()
    keys = clinic.services.keys
    elsewhere = (
        f"AWS_ENDPOINT_URL={clinic.services.aws_url}",
        f"AWS_ACCESS_KEY_ID={keys.access_key}",
        f"AWS_SECRET_ACCESS_KEY={keys.secret_key}",
    )
    file.write_text("\n".join((example, *elsewhere)))
    rows = clinic.examine_file(str(file))
    left = {
        name.removeprefix("settings: "): row["found"]
        for name, row in rows.items()
        if name.startswith("settings: ")
    }
    assert set(left) == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "LABELJOB_EXECUTION_ROLE_ARN",
        "LABELJOB_BUCKETS",
        "LABELJOB_MANAGERS",
    }
    for words in left.values():
        assert "is only the example's. Put your own there" in words
    assert left["LABELJOB_BUCKETS"].startswith("“my-pictures, my-labels/labeling” is")


def test_one_value_of_the_example_is_enough(clinic: Clinic) -> None:
    """Without this, whoever put a bucket beside the example's would be told of a missing right."""
    rows = clinic.examine(LABELJOB_BUCKETS=f"{seed.RAW},my-labels/labeling")
    assert "“my-labels/labeling” is only" in rows["settings: LABELJOB_BUCKETS"]["found"]
    rows = clinic.examine(SLACK_APP_TOKEN="xapp-", LABELJOB_SLACK_TRANSPORT="http")
    assert rows["way in from Slack"]["verdict"] == "ok", "signed HTTP needs no such token"


def test_no_manager_is_worth_a_look(clinic: Clinic) -> None:
    """Nobody could stop a job whose asker is away."""
    assert clinic.examine(LABELJOB_MANAGERS="")["settings"]["verdict"] == "look at"


def test_no_secret_is_printed(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports are pasted into tickets."""
    keys = clinic.services.keys
    secrets = [
        keys.bot_token,
        keys.app_token,
        keys.signing_secret,
        keys.secret_key,
        keys.access_key,
    ]
    for change in (
        {},
        {"AWS_SECRET_ACCESS_KEY": "not-the-right-secret"},
        {"SLACK_APP_TOKEN": keys.bot_token},
    ):
        main(["doctor", "--env-file", clinic.file(**change)])
        main(["doctor", "--json", "--env-file", clinic.file(**change)])
        written = "".join(capsys.readouterr())
        assert "Slack token" in written
        assert not [secret for secret in [*secrets, "not-the-right-secret"] if secret in written]


def test_probe_without_a_remedy_is_no_probe() -> None:
    """A row that says what is wrong and not what to do helps nobody."""
    with pytest.raises(ValueError, match="no remedy"):

        @probe("lazy")
        def _(_around: object) -> list[Any]:
            """It has only a subject."""
            return []


def test_terminal_gets_colour_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person at a terminal would look at nothing for half a minute, and at a wall of grey
    then.
    """

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    page = report._Page(out)
    page.begins("database")
    assert "database" in out.getvalue()
    page.show(Row("database", Verdict.FAILS, "It is away.", "Bring it back."))
    assert "\x1b[31mfails   \x1b[0m database" in out.getvalue()
    assert "→ Bring it back." in out.getvalue()


def _blocks(language: str) -> list[str]:
    text = (Path(__file__).parents[3] / "docs" / "running.md").read_text()
    return [part.partition("```")[0] for part in text.split(f"```{language}\n")[1:]]


def test_guide_is_true() -> None:
    """Somebody would paste a policy that AWS refuses, or a setting that does not exist."""
    documents = [json.loads(block) for block in _blocks("json")]
    assert RULE in documents
    policies = [document for document in documents if "Statement" in document]
    assert len(policies) == 3
    known = (Path(__file__).parents[3] / ".env.example").read_text()
    text = (Path(__file__).parents[3] / "docs" / "running.md").read_text()
    for name in set(re.findall(r"\b(?:LABELJOB|SLACK|AWS)_[A-Z_]+\b", text)):
        assert f"{name}=" in known, name
    for line in re.findall(
        r"labeljob ((?:doctor|serve|migrate|slack-manifest)(?: --[a-z-]+ [^ `\n]+)*)", text
    ):
        assert _parser().parse_args(line.split()).run
    files = [Path(metrics.__file__), Path(health.__file__)]
    counted = "".join(file.read_text() for file in files)
    for name in re.findall(r"`(labeljob_\w+)", text):
        assert name.removesuffix("_total") in counted or name in {
            "labeljob_jobs",
            "labeljob_datasets",
        }, name
