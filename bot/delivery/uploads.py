"""Files for one person: uploaded into their direct message with the bot, which nobody else reads;
or for a thread, where its channel wants that.

Promises to the stories: the file stands there whole, or what is raised says why not. A file cannot
be shown to one person of a channel, and one that was shared is not unshared by deleting a message:
so nothing is uploaded anywhere but where it was asked for. Asked again after an answer that never
came, it may stand there twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.base.errors import Refusal, Transient
from bot.base.slack_failures import NO_ANSWER, Answer, answer_of, slack_code


class NotUploaded(Refusal):
    """Slack does not take files from Labeljob."""


class UploadUnsure(Transient):
    """Slack did not answer in time, so it is not known whether the file is in your direct messages
    with Labeljob. If not, ask once more.
    """


@dataclass(frozen=True, slots=True)
class File:
    """A file that is not empty; `alt` are the words that stand for a picture (1,000 characters)."""

    name: str
    body: bytes
    title: str
    alt: str = ""


class Uploads:
    """Gives files to people. `client` makes the client at the first use; `may` tells whether the
    token has `scope`, as far as is known.
    """

    scope = "files:write"

    def __init__(self, client: Callable[[], WebClient], *, may: bool) -> None:
        self.may = may
        self._make = client

    @cached_property
    def _client(self) -> WebClient:
        return self._make()

    def give(self, user_id: str, files: Sequence[File], words: str) -> None:
        """Put files into the person's direct message with the bot, below `words` (mrkdwn).

        Raises:
            NotUploaded: with what an administrator can do.
            UploadUnsure: no answer.

        """
        with _renamed():
            there = self._client.conversations_open(users=[user_id])["channel"]["id"]
            self._put(files, words, there)

    def post(self, channel: str, thread_ts: str, file: File, words: str) -> None:
        """Put a file into a thread, for everybody in its channel. Raises what `give` raises."""
        with _renamed():
            self._put([file], words, channel, thread_ts)

    def _put(
        self, files: Sequence[File], words: str, channel: str, thread_ts: str | None = None
    ) -> None:
        self._client.files_upload_v2(
            channel=channel,
            thread_ts=thread_ts,
            file_uploads=[
                {
                    "filename": file.name,
                    "content": file.body,
                    "title": file.title,
                    "alt_txt": file.alt or None,
                }
                for file in files
            ],
            initial_comment=words,
        )


@contextmanager
def _renamed() -> Iterator[None]:
    """What hinders an upload, in our words."""
    try:
        yield
    except SlackApiError as error:
        if answer_of(error) is Answer.UNKNOWN:
            raise UploadUnsure from error
        raise NotUploaded(
            f"Slack does not take files from Labeljob ({slack_code(error)}). An administrator can "
            f"install the app again with the scope {Uploads.scope}; `labeljob doctor` says what is "
            "missing."
        ) from error
    except (SlackRequestError, *NO_ANSWER) as error:
        raise UploadUnsure from error
