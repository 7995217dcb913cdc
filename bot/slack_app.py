"""The front: every request of Slack's comes through `Door.dispatch`, whatever way it travelled.

Promises to the listeners: the signature is right (HTTP), the request is new (a repeat gets the stored answer and
reaches no listener), and whatever they raise becomes words for the person. Promises to Slack: an answer within its
3 seconds, since listeners run before the response and do one small transaction. Knows nothing of jobs or datasets.
"""

import json
import logging
import uuid
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse, Respond
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from bot.base.errors import LabeljobError
from bot.base.log import redact
from bot.delivery.inbox import Inbox, Request

_NO_ANSWER_KEPT = {"block_suggestion"}  # asked again with every letter, changes nothing

log = logging.getLogger(__name__)


class Door(App):
    """The Bolt app behind a signature check and a once-only gate."""

    def __init__(self, slack: WebClient, *, signing_secret: str, inbox: Inbox) -> None:
        # process_before_response: Bolt's other way sleeps in steps of 10 ms and, behind most servers, serves one
        # request at a time (p99 3.3 s at 200 at once, beyond Slack's limit).
        super().__init__(
            logger=logging.getLogger("bot.bolt"),
            client=slack,
            signing_secret=signing_secret or "unused in Socket Mode",
            process_before_response=True,
            request_verification_enabled=False,  # done here, before the gate writes a row
            ignoring_self_events_enabled=True,
        )
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._inbox = inbox
        self.error(_to_words)

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Answer one request of Slack's."""
        if req.mode != "socket_mode" and not self._genuine(req):
            return BoltResponse(status=401, body="invalid request")
        request = meaning(req.body)
        if request is None:
            return super().dispatch(req)
        seen = self._inbox.open(request)
        if seen is not None:
            return _replay(seen.answer)
        response = super().dispatch(req)
        if response.status >= 500:  # noqa: PLR2004 - nothing was answered: Slack may ask again
            self._inbox.reopen(request)
        else:
            self._inbox.close(request, _kept(response), rejected='"response_action": "errors"' in (response.body or ""))
        return response

    def _genuine(self, req: BoltRequest) -> bool:
        """Slack's signature over the raw body, at most five minutes old."""
        if self._verifier is None:
            return False
        headers = {name: values[0] for name, values in req.headers.items()}
        return self._verifier.is_valid_request(req.raw_body, headers)


def meaning(body: dict[str, Any]) -> Request | None:
    """What a request means, so that it counts once; None for requests that change nothing.

    Slack repeats events under new ids, and people press twice: the key is made of what was done by whom, where and
    when, never of the delivery's own id.
    """
    team = str((body.get("team") or {}).get("id") or body.get("team_id") or "")
    user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
    kind = str(body.get("type") or ("command" if body.get("command") else ""))
    key = content = ""
    if kind == "command":
        key, content = f"cmd:{team}:{body['trigger_id']}", f"{body['command']} {body.get('text', '')}"
    elif kind == "block_actions":
        action = body["actions"][0]
        key = f"act:{team}:{user}:{action.get('action_ts')}:{action.get('block_id')}/{action.get('action_id')}"
        content = json.dumps(body["actions"], sort_keys=True)
    elif kind in {"view_submission", "view_closed"}:
        view = body["view"]
        nonce = view.get("private_metadata", "") or view.get("hash", "")
        key = f"{kind}:{team}:{view.get('root_view_id')}:{view.get('id')}:{nonce}"
        content = json.dumps((view.get("state") or {}).get("values", {}), sort_keys=True)
    elif kind in {"shortcut", "message_action"}:
        key, content = f"cut:{team}:{body['trigger_id']}", str(body.get("callback_id"))
    elif kind == "event_callback":
        event = body.get("event") or {}
        item = event.get("ts") or event.get("event_ts") or (body.get("event_id") if not event else "")
        author = event.get("user") or ""
        user = str(author.get("id") if isinstance(author, dict) else author)
        key = f"evt:{team}:{event.get('type')}:{event.get('channel')}:{user}:{item}"
        content = key
    return Request(key, kind, team, user, content) if key else None


def _kept(response: BoltResponse) -> dict[str, Any]:
    """What a repeat is answered with."""
    return {"status": response.status, "headers": response.headers, "body": response.body or ""}


def _replay(answer: dict[str, Any] | None) -> BoltResponse:
    """The stored answer, or an empty one while the first request is still being answered."""
    if answer is None:
        return BoltResponse(status=200, body="")
    return BoltResponse(status=answer["status"], headers=answer["headers"], body=answer["body"])


def _to_words(error: Exception, body: dict[str, Any], client: WebClient, respond: Respond) -> BoltResponse:
    """The last resort: whatever a listener raised becomes words for the person who waits."""
    if isinstance(error, LabeljobError):
        words = error.words
        log.info("refused: %s", words)
    else:
        number = uuid.uuid4().hex[:8]
        log.error("request failed (%s)", number, exc_info=error)
        words = f"Something went wrong on our side; nothing was done. Tell your administrator this number: {number}."
    words = redact(words)
    if body.get("command"):
        return _json({"response_type": "ephemeral", "text": words})
    if body.get("type") == "view_submission":
        return _json({"response_action": "update", "view": _note(words)})
    view = body.get("view") or {}
    if view.get("type") == "home":  # there is no window yet to put another one on
        client.views_open(trigger_id=body["trigger_id"], view=_note(words))
    elif view:
        client.views_push(trigger_id=body["trigger_id"], view=_note(words))
    elif body.get("response_url"):
        respond(text=words, response_type="ephemeral", replace_original=False)
    return BoltResponse(status=200, body="")


def _note(words: str) -> dict[str, Any]:
    """A small window with words in it."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Labeljob"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": words[:3000]}}],
    }


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, headers={"content-type": ["application/json"]}, body=json.dumps(body))
