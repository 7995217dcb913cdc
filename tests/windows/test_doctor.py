"""`labeljob doctor` against the stand-ins: what is well, and each thing that can be wrong with its remedy."""

import io
import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from sqlalchemy import make_url

from bot import health, slack_manifest
from bot.__main__ import _parser, main
from bot.base import metrics
from bot.base.db import Database
from bot.doctor import report
from bot.doctor.bucket_probes import RULE
from bot.doctor.clocks import judged, skew
from bot.doctor.examination import Row, Verdict, probe
from bot.health import Pulse
from bot.sandbox import seed
from bot.sandbox.aws import app as aws_app
from bot.sandbox.http import Server
from bot.sandbox.services import Services
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from tests.faults.postgres import Postgres


class Clinic:
    """The stand-ins, and a doctor who reads a file of settings that points at them."""

    def __init__(self, services: Services, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.services = services
        self._folder = folder
        self._capsys = capsys
        self.database_url = f"sqlite:///{folder}/labeljob.db"
        keys = services.keys
        self.s3: Any = boto3.client(
            "s3",
            endpoint_url=services.aws_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )

    def file(self, **changes: str) -> str:
        """A file of settings; a change to "" leaves the setting out."""
        settings = {**self.services.environment(), "LABELJOB_DATABASE_URL": self.database_url, **changes}
        file = self._folder / "settings.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items() if value))
        return str(file)

    def examine(self, *, seconds_ahead: float = 0.0, **changes: str) -> dict[str, dict[str, str]]:
        """The report's rows by name."""
        report.run(self.file(**changes), as_json=True, clock=lambda: time.time() + seconds_ahead)
        rows = json.loads(self._capsys.readouterr().out)["rows"]
        assert len({row["name"] for row in rows}) == len(rows)
        return {row["name"]: row for row in rows}

    def migrate(self) -> Database:
        db = Database(self.database_url)
        db.migrate()
        return db

    def control(self, switch: str, body: dict[str, Any], url: str = "") -> None:
        request = urllib.request.Request(
            f"{url or self.services.slack_url}/_control/{switch}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    running = Services(
        tmp_path_factory.mktemp("clinic"), manifest=slack_manifest.read(), rate_limits=False, ticking=False
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def clinic(services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Clinic:
    return Clinic(services, tmp_path, capsys)


@pytest.fixture
def slack_of(services: Services, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Another workspace with the same token; its API's address."""
    servers: list[Server] = []

    def make(manifest: dict[str, Any], channels: list[dict[str, Any]]) -> str:
        keys = services.keys
        config = SlackConfig(
            store=tmp_path / "slack.db",
            manifest=manifest,
            bot_token=keys.bot_token,
            app_token=keys.app_token,
            signing_secret=keys.signing_secret,
            people=seed.PEOPLE,
            channels=channels,
            rate_limits=False,
        )
        servers.append(Server(create_app(config)).start())
        return f"{servers[-1].url}/api/"

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def other_aws(services: Services, tmp_path: Path) -> Iterator[str]:
    """Another account's endpoint: one bucket that is closed to the bot, one in another Region, no work team."""
    keys = services.keys
    aws = aws_app.create_app(
        aws_app.AwsConfig(
            folder=tmp_path / "aws",
            access_keys={keys.access_key: keys.secret_key},
            denied_buckets=frozenset({"closed"}),
            other_region_buckets={"far": "eu-west-1"},
        )
    )
    for bucket in ("closed", "far", "near"):
        aws.objects.create_bucket(bucket)
    with Server(aws.app) as server:
        yield server.url


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


def test_nothing_is_left_in_the_buckets(clinic: Clinic) -> None:
    """Every look would leave an object in somebody's bucket."""
    rows = clinic.examine()
    assert "removed again" in rows[f"writing to buckets: {seed.OUT}"]["found"]
    for bucket in seed.BUCKETS:
        assert not clinic.s3.list_objects_v2(Bucket=bucket, Prefix="labeljob/").get("Contents")


def test_object_that_cannot_be_removed_is_named(clinic: Clinic) -> None:
    """A bot without s3:DeleteObject would leave objects behind silently."""
    clinic.control("faults", {"operation": "S3.DeleteObject", "fault": "error_500"}, clinic.services.aws_url)
    try:
        row = clinic.examine(LABELJOB_BUCKETS=f"{seed.OUT}/labels")[f"writing to buckets: {seed.OUT}/labels"]
    finally:
        clinic.services.aws.faults.book.clear()
    left = clinic.s3.list_objects_v2(Bucket=seed.OUT, Prefix="labels/labeljob/doctor-")["Contents"][0]["Key"]
    clinic.s3.delete_object(Bucket=seed.OUT, Key=left)
    assert row["verdict"] == "look at"
    assert f"s3://{seed.OUT}/{left}" in row["remedy"]


def test_settings_that_are_missing_are_rows(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer would get one long sentence, or a traceback."""
    rows = clinic.examine(SLACK_BOT_TOKEN="", LABELJOB_POLL_GAP="often")
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "settings: SLACK_BOT_TOKEN": "fails",
        "settings: LABELJOB_POLL_GAP": "fails",
    }
    assert main(["doctor", "--env-file", clinic.file(SLACK_APP_TOKEN="")]) == 1
    assert "SLACK_APP_TOKEN" in capsys.readouterr().out


def test_no_manager_is_worth_a_look(clinic: Clinic) -> None:
    """Nobody could stop a job whose asker is away."""
    assert clinic.examine(LABELJOB_MANAGERS="")["settings"]["verdict"] == "look at"


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
def test_token_that_slack_refuses(clinic: Clinic, state: str) -> None:
    """The administrator would look for the fault everywhere else."""
    clinic.control("token", {"state": state})
    try:
        rows = clinic.examine()
    finally:
        clinic.control("token", {"state": None})
    assert rows["Slack token"]["verdict"] == "fails"
    assert state in rows["Slack token"]["found"]
    assert "OAuth & Permissions" in rows["Slack token"]["remedy"]
    assert "Not asked" in rows["Slack scopes"]["found"]
    assert rows["clock against Slack"]["verdict"] == "ok"
    assert rows["AWS credentials"]["verdict"] == "ok"


def test_slack_that_does_not_answer(clinic: Clinic) -> None:
    """A wrong address would be a traceback."""
    rows = clinic.examine(LABELJOB_SLACK_API_URL="http://127.0.0.1:9/api/")
    assert rows["Slack token"]["verdict"] == "fails"
    assert "No answer" in rows["Slack token"]["found"]
    assert rows["clock against Slack"]["verdict"] == "look at"


@pytest.mark.parametrize("kind", ["garbage", "error_500", "drop_after"])
def test_slack_that_answers_nonsense(clinic: Clinic, kind: str) -> None:
    """A proxy's page instead of Slack's answer would be a traceback."""
    clinic.control("faults", {"operation": "auth.test", "fault": kind, "times": 1})
    assert clinic.examine()["Slack token"]["verdict"] == "fails"


def test_scope_that_is_missing_is_named(clinic: Clinic, slack_of: Callable[..., str]) -> None:
    """Some button would fail weeks later with missing_scope."""
    manifest = slack_manifest.read()
    manifest["oauth_config"]["scopes"]["bot"].remove("usergroups:read")
    url = slack_of(manifest, seed.CHANNELS)
    row = clinic.examine(LABELJOB_SLACK_API_URL=url)["Slack scopes"]
    assert (row["verdict"], row["found"]) == ("fails", "The token lacks usergroups:read.")
    assert "install the app to the workspace again" in row["remedy"]


@pytest.mark.parametrize(
    ("recover", "verdict", "words"),
    [
        ("look", "look at", "marked (may repeat)"),
        ("repeat", "ok", "marked (may repeat)"),
        ("skip", "ok", "notes that it may be missing"),
    ],
)
def test_what_happens_without_history_is_told(
    clinic: Clinic, slack_of: Callable[..., str], recover: str, verdict: str, words: str
) -> None:
    """Who grants no history would read of repeated or missing messages for the first time in a channel."""
    manifest = slack_manifest.read()
    for scope in ("channels:history", "groups:history", "im:history"):
        manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    url = slack_of(manifest, seed.CHANNELS)
    row = clinic.examine(LABELJOB_SLACK_API_URL=url, LABELJOB_RECOVER=recover)["Slack scopes"]
    assert row["verdict"] == verdict
    assert "The token lacks channels:history, groups:history, im:history" in row["found"]
    assert words in row["found"]
    assert recover != "look" or "LABELJOB_RECOVER" in row["remedy"]


def test_history_that_is_granted_and_not_used_is_worth_a_look(clinic: Clinic) -> None:
    """A setting that was made for another workspace would double or lose messages in this one."""
    row = clinic.examine(LABELJOB_RECOVER="skip")["Slack scopes"]
    assert (row["verdict"], row["found"][-26:]) == ("look at", "but LABELJOB_RECOVER=skip.")


def test_more_scopes_than_needed_are_worth_a_look(clinic: Clinic, slack_of: Callable[..., str]) -> None:
    """A stolen token could do more than the bot needs."""
    manifest = slack_manifest.read()
    manifest["oauth_config"]["scopes"]["bot"].append("files:write")
    row = clinic.examine(LABELJOB_SLACK_API_URL=slack_of(manifest, seed.CHANNELS))["Slack scopes"]
    assert row["verdict"] == "look at"
    assert "files:write" in row["found"]


def test_bot_in_no_channel(clinic: Clinic, slack_of: Callable[..., str]) -> None:
    """Everything would be set up, and the first command would be refused."""
    channels = [channel | {"members": ["U0MARA"]} for channel in seed.CHANNELS]
    row = clinic.examine(LABELJOB_SLACK_API_URL=slack_of(slack_manifest.read(), channels))["Slack channels"]
    assert row["verdict"] == "look at"
    assert "/invite @labeljob" in row["remedy"]


def test_way_in(clinic: Clinic) -> None:
    """The bot would start and never hear of anybody."""
    row = clinic.examine(SLACK_APP_TOKEN="xapp-wrong")["way in from Slack"]
    assert row["verdict"] == "fails"
    assert "connections:write" in row["remedy"]
    assert clinic.examine(LABELJOB_SLACK_TRANSPORT="http")["way in from Slack"]["verdict"] == "ok"
    wrong = clinic.examine(LABELJOB_SLACK_TRANSPORT="http", SLACK_SIGNING_SECRET="copied-badly")
    assert wrong["way in from Slack"]["verdict"] == "look at"


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "ok"), (-100, "look at"), (100, "look at"), (280, "fails")])
def test_clock(clinic: Clinic, seconds: float, verdict: str) -> None:
    """Signatures would be refused for a reason that nobody sees."""
    rows = clinic.examine(seconds_ahead=seconds)
    for name in ("clock against Slack", "clock against AWS"):
        assert rows[name]["verdict"] == verdict
        assert ("ahead" if seconds > 0 else "behind") in rows[name]["found"] or verdict == "ok"


def test_clock_without_a_date() -> None:
    """A proxy that drops the header would be taken for a good clock."""
    assert skew({"content-type": "text/plain"}, 0.0, 0.0) is None
    assert skew({"Date": "yesterday"}, 0.0, 0.0) is None
    assert judged(None, "Slack").verdict is Verdict.LOOK


def test_wrong_aws_key(clinic: Clinic) -> None:
    """Every row below would fail with the same words."""
    rows = clinic.examine(AWS_SECRET_ACCESS_KEY="wrong")
    assert rows["AWS credentials"]["verdict"] == "fails"
    assert rows["clock against AWS"]["verdict"] == "ok"
    for name in ("labeling jobs", "work teams", "execution role", "buckets", "writing to buckets", "CORS of buckets"):
        assert "Not asked" in rows[name]["found"]


def test_region_without_task_types(clinic: Clinic) -> None:
    """Jobs would be refused at launch, one after the other."""
    row = clinic.examine(AWS_REGION="eu-north-1")["AWS Region"]
    assert row["verdict"] == "fails"
    assert "us-east-1" in row["found"]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("", "not set"),
        ("arn:aws:iam::111122223333:user/LabelingRole", "not the ARN of a role"),
        ("arn:aws:iam::999988887777:role/LabelingRole", "in account 999988887777, the bot in 111122223333"),
    ],
)
def test_execution_role(clinic: Clinic, role: str, words: str) -> None:
    """CreateLabelingJob would answer with words about PassRole."""
    row = clinic.examine(LABELJOB_EXECUTION_ROLE_ARN=role)["execution role"]
    assert row["verdict"] == "fails"
    assert words in row["found"]


def test_buckets(clinic: Clinic, other_aws: str) -> None:
    """A bucket that is missing, closed or far away would show at the first job."""
    rows = clinic.examine(AWS_ENDPOINT_URL=other_aws, LABELJOB_BUCKETS="near,closed,far,missing")
    found = {name: row["found"] for name, row in rows.items() if row["verdict"] == "fails"}
    assert "may not read" in found["buckets: closed"]
    assert "eu-west-1" in found["buckets: far"] or "another Region" in found["buckets: far"]
    assert "no bucket “missing”" in found["buckets: missing"]
    assert rows["buckets: near"]["verdict"] == "ok"
    assert rows["writing to buckets: near"]["verdict"] == "ok"
    assert "no private work team" in found["work teams"]
    assert "Labeling workforces" in rows["work teams"]["remedy"]


def test_no_bucket_is_set(clinic: Clinic) -> None:
    """The form would refuse every address."""
    rows = clinic.examine(LABELJOB_BUCKETS="")
    assert rows["buckets"]["verdict"] == "fails"
    assert rows["writing to buckets"]["verdict"] == "fails"


def test_cors_and_its_remedy(clinic: Clinic) -> None:
    """Workers would see “failed to load image”; and a remedy that does not help is worse than none."""
    kept = clinic.s3.get_bucket_cors(Bucket=seed.RAW)["CORSRules"]
    clinic.s3.delete_bucket_cors(Bucket=seed.RAW)
    try:
        row = clinic.examine()[f"CORS of buckets: {seed.RAW}"]
        assert row["verdict"] == "fails"
        command, _, rule = row["remedy"].partition("--cors-configuration ")
        assert f"put-bucket-cors --bucket {seed.RAW}" in command
        clinic.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration=json.loads(rule.strip("'")))
        assert clinic.examine()[f"CORS of buckets: {seed.RAW}"]["verdict"] == "ok"
        for_another_page = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://elsewhere.example"]}]
        clinic.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration={"CORSRules": for_another_page})
        assert clinic.examine()[f"CORS of buckets: {seed.RAW}"]["verdict"] == "fails"
    finally:
        clinic.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration={"CORSRules": kept})


def test_database(clinic: Clinic, tmp_path: Path) -> None:
    """A database that is missing, old, read-only or away would show as an error of the first command."""
    rows = clinic.examine()
    assert rows["database"]["verdict"] == "look at"
    assert not (tmp_path / "labeljob.db").exists()
    (tmp_path / "labeljob.db").touch()
    assert clinic.examine()["tables"]["found"].startswith("At revision none")
    clinic.migrate().close()
    assert clinic.examine()["tables"]["verdict"] == "ok"
    read_only = f"sqlite:///file:{tmp_path}/labeljob.db?mode=ro&uri=true"
    row = clinic.examine(LABELJOB_DATABASE_URL=read_only)["database"]
    assert row["verdict"] == "fails"
    assert "readonly" in row["found"]
    away = clinic.examine(LABELJOB_DATABASE_URL="postgresql+psycopg://bot:not-to-be-seen@127.0.0.1:9/labeljob")
    assert away["database"]["verdict"] == "fails"
    assert "not-to-be-seen" not in json.dumps(away)


def test_postgresql(clinic: Clinic, pg: Postgres) -> None:
    """Replicas would be set up on a copy that cannot be written, or on tables of another version."""
    url = pg.new_database()
    try:
        rows = clinic.examine(LABELJOB_DATABASE_URL=url)
        assert rows["database"]["verdict"] == "ok"
        assert rows["tables"]["found"].startswith("At revision none")
        clinic.database_url = url
        clinic.migrate().close()
        rows = clinic.examine()
        assert {rows[name]["verdict"] for name in ("database", "tables", "outbox")} == {"ok"}
        assert rows["worker"]["verdict"] == "look at"
        pg.run(f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")
        row = clinic.examine()["database"]
        assert row["verdict"] == "fails"
        assert "read-only" in row["found"]
    finally:
        pg.drop(url)


def test_outbox_and_worker(clinic: Clinic) -> None:
    """A worker that died in the night would be noticed by the people who wait."""
    db = clinic.migrate()
    row = clinic.examine()["worker"]
    assert row["verdict"] == "look at"
    assert "labeljob serve" in row["remedy"]
    with db.write() as session:
        for key, state, age in (("a", "ready", 900), ("b", "dead", 9000)):
            session.connection().execute(
                db.sql(
                    "INSERT INTO outbox (id, dedupe_key, team_id, channel, subject_kind, subject_id, priority,"
                    " broadcast, payload, state, fence, lease_until, not_before, tries, created, last_error) VALUES"
                    " (:key, :key, 'T', 'C', 'job', 'j', 5, FALSE, '{}', :state, 0, 0, 0, 1, :now - :age,"
                    " 'is_archived')"
                ),
                {"key": key, "state": state, "age": age},
            )
    row = clinic.examine()["outbox"]
    assert row["verdict"] == "look at"
    assert "1 line waiting, the oldest for 15 min; dead: 1 (is_archived)" in row["found"]
    with db.write() as session:
        session.connection().execute(db.sql("UPDATE outbox SET created = :now - 7200 WHERE id = 'a'"))
        values = {"scope": "T0:*"}
        session.connection().execute(
            db.sql(
                "INSERT INTO budget (scope, tokens, refilled_at, blocked_until) VALUES (:scope, 0, :now, :now + 60)"
            ),
            values,
        )
    Pulse(db).beat()
    rows = clinic.examine()
    assert rows["outbox"]["verdict"] == "fails"
    assert rows["worker"]["verdict"] == "fails"
    assert "token" in rows["worker"]["found"]
    db.close()


def test_no_secret_is_printed(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports are pasted into tickets."""
    keys = clinic.services.keys
    secrets = [keys.bot_token, keys.app_token, keys.signing_secret, keys.secret_key, keys.access_key]
    for change in ({}, {"AWS_SECRET_ACCESS_KEY": "not-the-right-secret"}, {"SLACK_APP_TOKEN": keys.bot_token}):
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
    """A person at a terminal would look at nothing for half a minute, and at a wall of grey then."""

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
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text()
    return [part.partition("```")[0] for part in text.split(f"```{language}\n")[1:]]


def test_guide_is_true() -> None:
    """Somebody would paste a policy that AWS refuses, or a setting that does not exist."""
    documents = [json.loads(block) for block in _blocks("json")]
    assert RULE in documents
    policies = [document for document in documents if "Statement" in document]
    assert len(policies) == 3
    known = (Path(__file__).parents[2] / ".env.example").read_text()
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text()
    for name in set(re.findall(r"\b(?:LABELJOB|SLACK|AWS)_[A-Z_]+\b", text)):
        assert f"{name}=" in known, name
    for line in re.findall(r"labeljob ((?:doctor|serve|migrate|slack-manifest)(?: --[a-z-]+ [^ `\n]+)*)", text):
        assert _parser().parse_args(line.split()).run
    files = [Path(metrics.__file__), Path(health.__file__)]
    counted = "".join(file.read_text() for file in files)
    for name in re.findall(r"`(labeljob_\w+)", text):
        assert name.removesuffix("_total") in counted or name in {"labeljob_jobs", "labeljob_datasets"}, name
