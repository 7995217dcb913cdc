"""Signed HTTP: what travels from Slack to the door, read so that nothing in it can break the
reading.

Promises to Slack: every request has an answer that says whose fault it was. A body that is no
payload of Slack's is 400 when its signature is right and 401 when it is not; it never becomes a
500. Promises to the process: of a request without Slack's signature nothing is parsed, and it takes
no thread.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from slack_bolt import BoltRequest, BoltResponse

from bot.slack.app import MISSHAPEN, SlackApp
from bot.slack.raw_bodies import Body, NotRead, RawBodies
from bot.slack.signature import SlackSignature

log = logging.getLogger(__name__)


class Unsigned(Exception):
    """A request that Slack did not sign, or did not send to its end; `answer` is what it gets."""

    def __init__(self, answer: BoltResponse) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


class SignedHttp:
    """The door for requests that come as HTTP; header names are in lower case, each with its first
    value.
    """

    def __init__(self, door: SlackApp, signing_secret: str) -> None:
        self._door = door
        self._signature = SlackSignature(signing_secret)
        self._bodies = RawBodies()

    async def proven(self, headers: Mapping[str, str], body: Body) -> bytes:
        """The raw bytes of a body that Slack signed. Headers that cannot be Slack's cost no look at
        the body.

        Raises:
            Unsigned: with the answer: 401, 408 (too slow) or 413 (too long).

        """
        if not self._signature.plausible(headers):
            raise Unsigned(self._door.refused(HTTPStatus.UNAUTHORIZED))
        try:
            raw = await self._bodies.read(body, headers.get("content-length"))
        except NotRead as why:
            raise Unsigned(self._door.refused(why.status)) from why
        if not self._signature.genuine(raw, headers):
            raise Unsigned(self._door.refused(HTTPStatus.UNAUTHORIZED))
        return raw

    def answer(
        self,
        headers: Mapping[str, str],
        raw: bytes,
        query: str = "",
        came: float | None = None,
    ) -> BoltResponse:
        """Answer one request that came at a moment of the monotonic clock; the door looks at its
        signature again.
        """
        try:
            read = BoltRequest(body=raw.decode(), query=query, headers=dict(headers))
        except MISSHAPEN as error:  # Bolt looks into the payload as it makes the request
            log.warning("a request could not be read: %s", type(error).__name__)
            genuine = self._signature.genuine(raw, headers)
            return self._door.refused(
                HTTPStatus.BAD_REQUEST if genuine else HTTPStatus.UNAUTHORIZED
            )
        return self._door.dispatch(read, came)
