"""The log: what a line carries, and that no secret comes out of it on any path."""

import errno
import io
import json
import logging
import sys
import threading
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.base import log as logs
from bot.base.redaction import Redaction

_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OWN = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # a secret that only the settings know

_core = st.text(_ALNUM, min_size=24, max_size=40)
_hex = st.text("0123456789abcdef", min_size=64, max_size=64)
_upper = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=16, max_size=16)

SECRETS: dict[str, st.SearchStrategy[tuple[str, dict[str, str]]]] = {
    # name: the part that must never be seen, and a payload that holds it
    "bot token": _core.map(lambda c: (c, {"Authorization": f"Bearer xoxb-1234-5678-{c}"})),
    "rotated token": _core.map(lambda c: (c, {"access": f"xoxe.xoxb-1-{c}"})),
    "app token": _core.map(lambda c: (c, {"app": f"xapp-1-A012-34-{c}"})),
    "old token": _core.map(lambda c: (c, {"token": c})),
    "AWS key": _upper.map(lambda c: (c, {"key": f"AKIA{c}"})),
    "STS answer": _core.map(
        lambda c: (c, {"SecretAccessKey": f"{c}/+{c}", "SessionToken": f"{c}/{c}=="})
    ),
    "environment": _core.map(
        lambda c: (c, {"AWS_SECRET_ACCESS_KEY": c, "SLACK_SIGNING_SECRET": c})
    ),
    "Slack signature": _hex.map(lambda c: (c, {"X-Slack-Signature": f"v0={c}"})),
    "signed request": st.tuples(_upper, _hex).map(
        lambda c: (
            c[1],
            {"Authorization": f"AWS4-HMAC-SHA256 Credential=AKIA{c[0]}/20261121, Signature={c[1]}"},
        )
    ),
    "presigned link": st.tuples(_upper, _hex).map(
        lambda c: (
            c[1],
            {
                "link": f"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{c[0]}%2F2026"
                f"&X-Amz-Security-Token={c[1]}&X-Amz-Signature={c[1]}"
            },
        )
    ),
    "old presigned link": st.tuples(_upper, _core).map(
        lambda c: (
            c[1],
            {
                "link": f"https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIA{c[0]}&Signature={c[1]}%3D&Expires=1"
            },
        )
    ),
    "response address": _core.map(
        lambda c: (c, {"response_url": f"https://hooks.slack.com/commands/T0/12/{c}"})
    ),
    "bare address": _core.map(
        lambda c: (c, {"where": f"https://hooks.slack.com/services/T0/B0/{c}"})
    ),
    "trigger id": _hex.map(lambda c: (c[:32], {"trigger_id": f"13345224609.738474920.{c[:32]}"})),
    "bare trigger id": _hex.map(
        lambda c: (c[:32], {"key": f"cmd:T0:13345224609.738474920.{c[:32]}"})
    ),
    "socket ticket": _core.map(
        lambda c: (c, {"url": f"wss://wss-primary.slack.com/link/?ticket={c}&app_id=A0"})
    ),
    "database": _core.map(
        lambda c: (c, {"url": f"postgresql+psycopg://labeljob:{c}@db.example/labeljob"})
    ),
    "own secret": st.just((_OWN, {"anything": f"x{_OWN}y"})),
}

DRESSES: dict[str, Callable[[dict[str, str]], str]] = {
    "values": lambda payload: " ".join(payload.values()) if "key" in payload else str(payload),
    "python": repr,
    "json": json.dumps,
    "tight json": lambda payload: json.dumps(payload, separators=(",", ":")),
    "json in json": lambda payload: json.dumps({"body": json.dumps(payload)}),
    "json in json in json": lambda payload: json.dumps([json.dumps({"body": json.dumps(payload)})]),
    "Slack's json": lambda payload: json.dumps(payload).replace("/", "\\/"),
    "form": urllib.parse.urlencode,
    "json in form": lambda payload: urllib.parse.urlencode({"payload": json.dumps(payload)}),
    "quoted json": lambda payload: urllib.parse.quote(json.dumps(payload), safe=""),
    "header": lambda payload: "\r\n".join(f"{name}: {value}" for name, value in payload.items()),
}


def _as_argument(text: str) -> None:
    logging.getLogger("bot.test").info("got %s", text)


def _as_message(text: str) -> None:
    logging.getLogger("slack_sdk.web").warning(text)


def _as_exception(text: str) -> None:
    try:
        int(f"{text} is no number", 10)
    except ValueError:
        logging.getLogger("bot.test").exception("failed")


def _as_cause(text: str) -> None:
    try:
        try:
            dict[str, str]()[text]
        except KeyError as error:
            error.add_note(text)
            raise RuntimeError("later") from error
    except RuntimeError:
        logging.getLogger("botocore.hooks").exception("failed")


def _as_subject(text: str) -> None:
    with logs.about(request=text):
        logging.getLogger("bot.test").info("done")


def _as_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=1)


def _as_uncaught(text: str) -> None:
    sys.excepthook(ValueError, ValueError(text), None)


def _as_uncaught_in_thread(text: str) -> None:
    error = ValueError(text)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))


def _as_broken_call(text: str) -> None:
    logging.getLogger("bot.test").info("%d", text)


CARRIERS = [
    _as_argument, _as_message, _as_exception, _as_cause, _as_subject, _as_warning, _as_uncaught,
    _as_uncaught_in_thread, _as_broken_call,
]  # fmt: skip


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], io.StringIO]]:
    """Start the logging into a text of the test's own; everything is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook

    def begin(form: str) -> io.StringIO:
        out = io.StringIO()
        monkeypatch.setattr(sys, "stderr", out)
        logs.start("DEBUG", form, secrets=[_OWN])
        return out

    yield begin
    root.handlers[:], root.level, sys.excepthook, threading.excepthook = before
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize("kind", SECRETS)
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_secret_is_written(
    kind: str, data: st.DataObject, lines: Callable[[str], io.StringIO]
) -> None:
    """Whoever reads the log could otherwise act as the bot, as AWS's customer, or as a person."""
    canary, payload = data.draw(SECRETS[kind])
    for number, dress in enumerate(DRESSES.values()):
        out = lines("json" if number % 2 else "text")
        for carry in CARRIERS:
            carry(dress(payload))
        written = out.getvalue()
        assert written.count("\n") >= len(CARRIERS)
        assert canary not in written, dress(payload)
        assert urllib.parse.quote(canary, safe="") not in written


def test_ordinary_words_stay() -> None:
    """A log that hides everything tells nothing."""
    redact = Redaction()
    for words in (
        (
            "Slack refuses the bot's token (invalid_auth): nothing is sent to this workspace "
            "until it works again"
        ),
        "SLACK_SIGNING_SECRET: signed HTTP needs it; it is on the app's Basic Information page",
        "AWS denied the bot's access (ListLabelingJobs). Its role lacks that permission.",
        "launching ripe-fruit failed for now (AWS did not answer in time); again in 12 s",
        (
            "arn:aws:iam::111122223333:role/LabelingRole s3://orchard-raw/first-basket.manifest "
            "1752482222.123456"
        ),
        "https://slack.com/api/ and https://orchard.slack.com/archives/C0DATA/p1752482222123456",
    ):
        assert redact(words) == words


def test_json_line(lines: Callable[[str], io.StringIO]) -> None:
    """A log search by job or request would find nothing."""
    out = lines("json")
    with logs.about(round="watch"), logs.about(job="j1", dataset=""):
        logging.getLogger("bot.jobs.watch").warning("looking at %s failed", "ripe")
    logging.getLogger("bot.jobs.watch").info("over")
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "warning",
        "logger": "bot.jobs.watch",
        "message": "looking at ripe failed",
        "round": "watch",
        "job": "j1",
    }
    assert "job" not in second


def test_text_line(lines: Callable[[str], io.StringIO]) -> None:
    """A person at a terminal could not tell which job a line is about."""
    out = lines("text")
    with logs.about(job="j1"):
        logging.getLogger("bot.jobs.watch").warning("looking failed")
    assert out.getvalue().endswith("WARNING bot.jobs.watch: looking failed [job=j1]\n")


@pytest.mark.parametrize(
    "typed", ["one\n2026-11-21T09:00:00.000Z INFO bot: forged", "a\rb", "a\u2028b", "\x1b[2Jx"]
)
def test_typed_text_begins_no_line(typed: str, lines: Callable[[str], io.StringIO]) -> None:
    """Somebody could forge lines, or drive the terminal of whoever reads them."""
    out = lines("text")
    logging.getLogger("bot.test").info("named %s", typed)
    written = out.getvalue()
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written


def test_subject_belongs_to_its_thread() -> None:
    """Two jobs that are worked on at once would swap their names in the log."""
    seen: dict[str, Any] = {}
    both = threading.Barrier(2)

    def work(name: str) -> None:
        with logs.about(job=name):
            both.wait(5)
            seen[name] = logs.subject()
            both.wait(5)
        seen[f"{name} after"] = logs.subject()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"a": {"job": "a"}, "b": {"job": "b"}, "a after": {}, "b after": {}}


def test_huge_text_is_cut() -> None:
    """One payload of many megabytes would stop the process for minutes while it is searched for
    secrets.
    """
    assert len(Redaction()("x" * 5_000_000)) < 210_000


def test_full_disk_of_the_log_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, lines: Callable[[str], io.StringIO]
) -> None:
    """A log that cannot grow any more would leave every person unanswered whose request had
    something to log.
    """

    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    lines("text")
    monkeypatch.setattr(sys, "stderr", Full())
    logs.start("DEBUG", "text")
    logging.getLogger("bot").warning("nobody will read this")
