"""A job's log at Ground Truth: the newest entries of its stream in CloudWatch Logs.

Promises to the engine: ten pages at most are read, the newest first, and fewer where somebody
waits. CloudWatch has no order from behind with a filter of words, so words are looked for here.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.base.aws import Aws, AwsRefused, renamed
from bot.base.deadline import left
from bot.engines.protocol import Log, LogEntry

GROUP = "/aws/sagemaker/LabelingJobs"  # a stream for each job, named as the job
_PAGES = 10
_PAGE = 1_000  # entries that are asked for at once; CloudWatch gives 1 MB at most
_SHOWN = 20  # more nobody reads in a message
_ENOUGH_TIME = 1.0  # seconds that another page may take while somebody waits


class JobLog:
    """The logs of one account and Region, read with a form's patience: one try, 1.5 s a page."""

    def __init__(self, aws: Aws) -> None:
        self._logs = aws.form("logs")

    def newest(self, name: str, wanted: Sequence[str] = ()) -> Log:
        """The newest entries of a job that hold every word of `wanted`, newest first.

        Raises:
            AwsRefused: the bot may not read logs.
            AwsBusy, Lapsed: nothing is known.

        """
        found: list[LogEntry] = []
        pages = _Pages(self._logs, name)
        for page in pages:
            fitting = (entry for entry in map(_entry, reversed(page)) if _holds(entry, wanted))
            found.extend(fitting)
            if len(found) > _SHOWN:
                return Log(tuple(found[:_SHOWN]), whole=False)
        return Log(tuple(found), whole=pages.whole)


class _Pages:
    """Pages of a stream from its end on; `whole` says in the end whether its beginning was seen."""

    def __init__(self, logs: Any, name: str) -> None:
        self._logs = logs
        self._name = name
        self.whole = True

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        token: dict[str, str] = {}
        for _ in range(_PAGES):
            if token and left(_ENOUGH_TIME) < _ENOUGH_TIME:
                break
            answer = self._asked(token)
            if answer is None:
                return
            yield answer["events"]
            # at the beginning of a stream CloudWatch gives the same token again
            if answer["nextBackwardToken"] == token.get("nextToken"):
                return
            token = {"nextToken": answer["nextBackwardToken"]}
        self.whole = False

    def _asked(self, token: dict[str, str]) -> Any:
        """One page; None where the job has written nothing yet."""
        try:
            with renamed():
                answer = self._logs.get_log_events(
                    logGroupName=GROUP,
                    logStreamName=self._name,
                    startFromHead=False,
                    limit=_PAGE,
                    **token,
                )
                return {key: answer[key] for key in ("events", "nextBackwardToken")}
        except AwsRefused as refusal:
            if refusal.code == "ResourceNotFoundException":
                return None
            raise


def _entry(event: dict[str, Any]) -> LogEntry:
    at = datetime.fromtimestamp(event.get("timestamp", 0) / 1000, UTC)
    return LogEntry(at, plain_words(str(event.get("message") or "")))


def _holds(entry: LogEntry, wanted: Sequence[str]) -> bool:
    """Whether every word occurs; capitals do not count."""
    words = entry.words.lower()
    return all(word.lower() in words for word in wanted)


def plain_words(message: str) -> str:
    """An entry in plain words where its form is known; any other as it is, on one line.

    UNSURE: the form of these entries is documented nowhere; event-name and event-log-message were
    met in public.
    """
    try:
        content = msgspec.json.decode(message)
    except msgspec.DecodeError:
        return " ".join(message.split())
    if not isinstance(content, dict) or not content.get("event-log-message"):
        return " ".join(message.split())
    name = str(content.get("event-name") or "").replace("_", " ").strip().capitalize()
    return ": ".join(filter(None, (name, " ".join(str(content["event-log-message"]).split()))))
