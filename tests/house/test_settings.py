"""Settings as people write them: what is taken, what is refused in words, and what is never
shown.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import make_url

from bot.base import settings as settings_of
from bot.base.redaction import Redaction
from bot.base.settings import BadSettings, Settings

KNOWN = ("postgresql+psycopg://", "postgresql://", "postgres://", "sqlite:///")


def with_database(url: str) -> Settings:
    return Settings(SLACK_BOT_TOKEN="xoxb-1", database_url=url)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///labeljob.db", "sqlite:///labeljob.db"),
        ("sqlite:////var/lib/a@b:c.db", "sqlite:////var/lib/a@b:c.db"),
        ("postgresql+psycopg://bot@/db?host=/tmp/x", "postgresql+psycopg://bot@/db?host=/tmp/x"),
        ("postgresql://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@[::1]:5432/d", "postgresql+psycopg://u:p@[::1]:5432/d"),
        ("postgresql://u:p@h/d\n", "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_address_of_a_database_is_taken(written: str, meant: str) -> None:
    """Whoever has a database would be told that its address is none, Heroku's form and a stray line
    end included.
    """
    assert with_database(written).database_url == meant


@pytest.mark.parametrize(
    "address",
    [
        "foo-hunter22",
        "mysql://u:hunter22@h/d",
        "sqlite://",
        "sqlite:hunter22",
        "postgresql://u:x@h:hunter22/d",
        "postgresql://u:x@h:99999/hunter22",
        "postgresql://u:x@hunter22/w@h/d",
        "postgresql://u:x@hunter22:5/w@h/d",
        "postgresql://u:x?y@hunter22@h/d",
    ],
)
def test_wrong_address_of_a_database_is_refused_without_being_quoted(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error would end in a traceback, or bring a part of a password into the log."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("LABELJOB_DATABASE_URL", address)
    with pytest.raises(BadSettings) as refused:
        settings_of.read()
    shown = Redaction()(refused.value.words)
    assert "LABELJOB_DATABASE_URL" in shown
    assert "hunter22" not in shown
    assert "[secret]" not in shown, "the form that is asked for would be taken for a secret"
    assert refused.value.__context__ is None, "it would quote the address"
    if address.startswith("postgres"):
        assert all(code in shown for code in ("%40", "%3A", "%2F"))


@given(st.builds(str.__add__, st.sampled_from(KNOWN), st.text("ab1:@/?#[]%=&. ", max_size=30)))
@example("postgresql://u:a/b:c@h/d")
@example("postgresql://u@x:p@h/d")
@example("postgresql://u:p@h/d?password=geheim22")
def test_address_has_the_parts_that_sqlalchemy_sees(address: str) -> None:
    """A password would be known in part, and the rest of it shown as a host or a name."""
    try:
        taken = with_database(address)
    except ValidationError:
        return
    parts = make_url(taken.database_url)
    assert not parts.password or str(parts.password) in taken.secrets
    shown = (parts.host or "") + (parts.database or "")
    assert taken.database_url.startswith("sqlite") or "@" not in shown.replace("%40", "")


@pytest.mark.parametrize(
    "password", ["ge:heim22", "ge/heim22", "ge%40heim22", "ge%3aheim22", "geheim#22"]
)
def test_password_of_the_database_is_a_secret(password: str) -> None:
    """A driver's message that repeats a password with a slash or a colon in it would be logged as
    it is.
    """
    taken = with_database(f"postgresql://u:{password}@h/d")
    redact = Redaction()
    redact.know(taken.secrets)
    plain = str(make_url(taken.database_url).password)
    for each in (password, plain):
        assert "heim" not in redact(f"the driver says {each} and {taken.database_url}")


@pytest.mark.parametrize("address", ["ftp://x/", "slack.com/api", "https://", "https://h:port/"])
def test_wrong_address_of_slack_or_aws_is_refused(address: str) -> None:
    """The first call would fail with a library's error that names no setting."""
    for name in ("slack_api_url", "AWS_ENDPOINT_URL"):
        wrong: dict[str, Any] = {name: address}
        with pytest.raises(ValidationError, match="https://"):
            Settings(SLACK_BOT_TOKEN="xoxb-1", **wrong)


def test_addresses_of_slack_and_aws_are_taken() -> None:
    """The practice workspace could not be reached."""
    taken = Settings(
        SLACK_BOT_TOKEN="x",
        slack_api_url="http://127.0.0.1:9/api",
        AWS_ENDPOINT_URL="http://[::1]:8/",
    )
    assert taken.slack_api_url == "http://127.0.0.1:9/api/"
    assert taken.aws_endpoint_url == "http://[::1]:8/"


def test_platforms_own_names_stand_in_for_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without this, the bot would listen where no platform looks, and keep its jobs in a file that
    is gone with the next deployment.
    """
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "PORT": "5000",
        "DATABASE_URL": "postgres://u:p@h:5432/d",
    }.items():
        monkeypatch.setenv(name, value)
    read = settings_of.read()
    assert (read.host, read.port, read.named_port) == ("0.0.0.0", 5000, 5000)  # noqa: S104 - what it must be
    assert read.database_url == "postgresql+psycopg://u:p@h:5432/d"
    file = tmp_path / "settings.env"
    file.write_text("LABELJOB_PORT=3001\nLABELJOB_DATABASE_URL=sqlite:///own.db\n")
    own = settings_of.read(str(file))
    assert (own.host, own.port, own.database_url) == ("127.0.0.1", 3001, "sqlite:///own.db")
    monkeypatch.setenv("LABELJOB_HOST", "127.0.0.2")
    assert settings_of.read().host == "127.0.0.2"
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(BadSettings, match="PORT"):
        settings_of.read()
    monkeypatch.delenv("PORT")
    assert (settings_of.read().port, settings_of.read().named_port) == (3000, 0)


def test_missing_setting_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer would read a library's "Field required" and not where settings stand."""
    with pytest.raises(BadSettings) as refused:
        settings_of.read()
    assert "SLACK_BOT_TOKEN: It is not set." in refused.value.words
    assert ".env.example" in refused.value.words
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(BadSettings) as refused:
        settings_of.read()
    assert [each.name for each in refused.value.wrong] == ["SLACK_APP_TOKEN"]
    assert ".env.example" in refused.value.words


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a start for each wrong setting would be needed to read of all of them."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-",
        "LABELJOB_SLACK_TRANSPORT": "http",
        "PORT": "many",
        "LABELJOB_LINK_LIFE": "for ever",
        "LABELJOB_TWIN_WAIT": "-1",
        "LABELJOB_PLACES": "C0DATA=elsewhere",
    }.items():
        monkeypatch.setenv(name, value)
    found = settings_of.examine()
    assert {each.name for each in found.wrong} == {
        "SLACK_BOT_TOKEN",
        "LABELJOB_PORT",
        "LABELJOB_LINK_LIFE",
        "LABELJOB_DUPLICATE_WAIT",
        "SLACK_SIGNING_SECRET",
        "LABELJOB_PLACES",
    }
    kept = found.settings
    assert (kept.port, kept.link_life, kept.duplicate_wait) == (3000, 600, 60.0)
    assert kept.secrets == (), "what is only the example's would be taken out of every sentence"
    monkeypatch.setenv("LABELJOB_SLACK_TRANSPORT", "pigeon")
    names = [each.name for each in settings_of.examine().wrong]
    assert "SLACK_SIGNING_SECRET" not in names, "nobody knows yet whether it is needed"
    assert "LABELJOB_SLACK_TRANSPORT" in names


def test_lease_that_no_call_fits_into_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a bot with a short lease would take jobs, and never post a word about them."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "LABELJOB_LEASE": "12",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match="set more than 12"):
        settings_of.read()
    monkeypatch.setenv("LABELJOB_SLACK_TIMEOUT", "9")
    assert settings_of.read().lease == 12


def test_one_port_for_two_things_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health and Slack's requests would race for a port, and one of them fail with a traceback."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "geheim",
        "LABELJOB_SLACK_TRANSPORT": "http",
        "LABELJOB_HEALTH_PORT": "3000",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match="LABELJOB_HEALTH_PORT"):
        settings_of.read()


def test_file_of_settings_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A typing error in a file's name would start the bot on other settings, or with a
    traceback.
    """
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)))
    for file, why in (
        (tmp_path / "missing.env", "no such file"),
        (tmp_path, "a folder"),
        (binary, "no text"),
    ):
        with pytest.raises(BadSettings, match=why) as refused:
            settings_of.read(str(file))
        assert str(file) in refused.value.words
        assert [each.name for each in refused.value.wrong] == ["--env-file"]


def test_file_of_settings_is_read(tmp_path: Path) -> None:
    """The check of the file would stand in its own way."""
    file = tmp_path / "settings.env"
    file.write_text("SLACK_BOT_TOKEN=xoxb-1\nSLACK_APP_TOKEN=xapp-1\n")
    assert settings_of.read(str(file)).slack_app_token.get_secret_value() == "xapp-1"


@pytest.mark.parametrize("entry", ["Sam", "sam", "@sam", "U0 SAM", "C0DATA"])
def test_manager_who_is_no_id_is_refused(entry: str) -> None:
    """Nobody would be a manager, and nobody would know until a job has to be stopped."""
    with pytest.raises(ValidationError, match="member id"):
        Settings(SLACK_BOT_TOKEN="xoxb-1", managers=f"U0GRETA,{entry}")


def test_places_of_channels_are_read_and_wrong_ones_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip would open a project's pictures to another channel, or be found by whoever asks for
    the first job.
    """
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "LABELJOB_BUCKETS": "orchard-raw,orchard-out/labels",
        "LABELJOB_PLACES": "C0DATA=orchard-raw/july/ orchard-out/labels, *=orchard-raw/open/",
    }.items():
        monkeypatch.setenv(name, value)
    read = settings_of.read().open_places
    assert read.of("C0DATA").places == ("orchard-raw/july/", "orchard-out/labels")
    assert read.of("C0OTHER").places == ("orchard-raw/open/",)
    for wrong, words in (
        (
            "C0DATA=orchard-raw orchard-out, C0TEST=elsewhere",
            "C0DATA=orchard-out, C0TEST=elsewhere lies outside",
        ),
        ("orchard-data=orchard-raw", "does not begin with a channel's id"),
    ):
        monkeypatch.setenv("LABELJOB_PLACES", wrong)
        with pytest.raises(BadSettings) as refused:
            settings_of.read()
        assert [each.name for each in refused.value.wrong] == ["LABELJOB_PLACES"]
        assert words in refused.value.words


def test_places_of_channels_that_are_left_empty_are_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line that was copied and not filled in would close every channel."""
    monkeypatch.setenv("LABELJOB_PLACES", " ")
    taken = Settings(SLACK_BOT_TOKEN="xoxb-1", buckets=("orchard-raw",))
    assert taken.open_places.of("C0ANY").places == ("orchard-raw",)
