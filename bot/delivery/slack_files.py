"""Files of Slack: what people share or put into a form, fetched with the bot's token.

Promises to the stories: a file comes whole or not at all, in pieces, so that memory stays flat; the
token goes to Slack's own hosts alone, and is never carried along to another address.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, cached_property
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.errors import Refusal, Transient
from bot.base.settings import Settings
from bot.base.slack_failures import NO_ANSWER, Answer, answer_of, slack_code

SCOPE = "files:read"
_PLACE = "https://files.slack.com"
_PIECE = 1 << 18


class FileGone(Refusal):
    """This file is not in Slack any more."""


class FileShut(Refusal):
    """Slack does not give this file to Labeljob."""


class FilesSilent(Transient):
    """Slack did not give the file in time. Nothing was lost; it is fetched again by itself."""


class SlackFiles:
    """Fetches files. `client` makes the client at the first use; `may_read` tells whether the
    token has the scope for it.
    """

    def __init__(
        self, settings: Settings, client: Callable[[], WebClient], *, may_read: bool
    ) -> None:
        self.may_read = may_read
        self._settings = settings
        self._make = client

    @cached_property
    def _client(self) -> WebClient:
        return self._make()

    def pieces(self, file_id: str, name: str) -> Iterator[bytes]:
        """The bytes of a file, which its people call `name`.

        Raises:
            FileGone: it was deleted.
            FileShut: the bot may not have it.
            FilesSilent: no answer, or half of one; ask again.

        """
        file = self._described(file_id, name)
        address = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self._is_slacks(address):
            raise FileShut(
                f"{name} does not lie at Slack itself. Share the file, not a link to it."
            )
        token = self._settings.slack_bot_token.get_secret_value()
        request = Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - Slack's host
        try:
            with closing(_opener().open(request, timeout=self._settings.slack_timeout)) as answer:
                yield from _whole(answer, file, name)
        except HTTPError as error:
            error.close()
            raise _refused(error.code, name) from error
        except (OSError, HTTPException) as error:
            raise FilesSilent from error

    def _described(self, file_id: str, name: str) -> dict[str, Any]:
        """What Slack says of the file (files.info)."""
        try:
            file = dict(self._client.files_info(file=file_id)["file"])
        except SlackApiError as error:
            code = slack_code(error)
            meant = answer_of(error)
            if meant is Answer.UNKNOWN:
                raise FilesSilent from error
            if meant is Answer.SHUT:
                raise _shut(name, code) from error
            raise _gone(name) from error
        except NO_ANSWER as error:
            raise FilesSilent from error
        if file.get("mode") in {"tombstone", "hidden_by_limit"}:
            raise _gone(name)
        return file

    def _is_slacks(self, address: str) -> bool:
        """Whether the token may go there: Slack's file host, or the host of the API that is set."""
        there, api = urlsplit(address), urlsplit(self._settings.slack_api_url)
        if f"{there.scheme}://{there.netloc}" == _PLACE:
            return True
        return (there.scheme, there.netloc) == (api.scheme, api.netloc)


class _Stays(HTTPRedirectHandler):
    """Follows nobody: urllib would carry the token along to another host."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's own
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nothing: a redirect is an answer like any other refusal."""


@cache
def _opener() -> OpenerDirector:
    return build_opener(_Stays(), HTTPSHandler(context=ssl.create_default_context()))


def _whole(answer: Any, file: dict[str, Any], name: str) -> Iterator[bytes]:
    """The answer's bytes, if they are the file's: without the right to it Slack shows its login
    page.
    """
    kind = str(answer.headers.get_content_type())
    if kind == "text/html" and file.get("mimetype") != "text/html":
        raise _shut(name, "a login page")
    size, promised = 0, file.get("size")
    while piece := answer.read(_PIECE):
        size += len(piece)
        yield piece
    if isinstance(promised, int) and promised and size != promised:
        raise FilesSilent


def _refused(status: int, name: str) -> Refusal | Transient:
    """What an answer other than the file means."""
    if status in {404, 410}:
        return _gone(name)
    if status == 429 or status >= 500:  # noqa: PLR2004 - Slack asks to wait, or has trouble
        return FilesSilent()
    return _shut(name, f"HTTP {status}")


def _gone(name: str) -> FileGone:
    return FileGone(f"{name} is not in Slack any more. Share it again, and ask once more.")


def _shut(name: str, why: str) -> FileShut:
    return FileShut(
        f"Slack does not give {name} to Labeljob (it answers {why}). An administrator can install "
        f"the app again with the scope {SCOPE}; `labeljob doctor` says what is missing."
    )
