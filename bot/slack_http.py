"""Signed HTTP: what travels from Slack to the door, read so that nothing in it can break the reading.

Promises to Slack: every request has an answer that says whose fault it was. A body that is no payload of Slack's is
400 when its signature is right and 401 when it is not; it never becomes a 500.
"""

import logging

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest

from bot.slack_app import MISSHAPEN, Door

log = logging.getLogger(__name__)


class SignedHttp(SlackRequestHandler):
    """The door as a WSGI application."""

    def __init__(self, door: Door, path: str) -> None:
        super().__init__(door, path)
        self._door = door

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        """Answer one request."""
        headers = request.get_headers()
        raw = ""
        try:
            raw = request.get_body()
            read = BoltRequest(body=raw, query=request.query_string, headers=headers)
        except MISSHAPEN as error:  # Bolt looks into the payload, unsigned or not, as it makes the request
            log.warning("a request could not be read: %s", type(error).__name__)
            return self._door.unreadable(raw, headers)
        return self._door.dispatch(read)
