"""The front: every request of Slack's comes through `SlackApp.dispatch`, whatever way it travelled.

Promises to the listeners: the signature is right (HTTP), the request is new (a repeat gets the
stored answer and reaches no listener), and whatever they raise becomes words for the person.
Promises to Slack: an answer within its 3 seconds, since listeners run before the response and do
one small transaction. An answer is a promise: a request that was not taken in is never acknowledged
as if it were. Knows nothing of jobs or datasets.
"""

import hashlib
import json
import logging
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base import metrics
from bot.base.blocks import escape
from bot.base.deadline import within
from bot.base.errors import LabeljobError, Transient
from bot.base.failpoints import failpoint
from bot.base.log import about, redact, subject
from bot.base.slack_failures import NO_ANSWER, Answer, answer_of
from bot.delivery.inbox import Inbox, Request
from bot.delivery.windows import NotShown, TooLate, show
from bot.slack.installation import Installation
from bot.slack.signature import SlackSignature

# requests answered at the same time; each may wait for AWS, and Slack waits 3 s for all of them
AT_ONCE = 64
_PATIENCE = 2.2  # seconds that all waits of an answer may take together; Slack waits 3
_REPEAT_PATIENCE = 1.5  # seconds that a repeat waits for the answer to the first
_LAST_WORDS = 0.5  # seconds that telling what hindered an answer may take beyond that
_NOT_OURS = (
    "This Labeljob belongs to another workspace. Ask your own workspace's administrator to "
    "install it."
)
_AGAIN = "try_again"  # the listener's mark on a request for which nothing was done

# The answers to those who have not proven to be Slack: no signature, or a body that was not read to
# its end.
_UNPROVEN = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}

# What reading a payload raises that is not shaped as Slack's are (a field is missing, or is no
# object, or no text).
MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, RecursionError)

log = logging.getLogger(__name__)


class SlackApp(App):
    """The Bolt app behind a signature check and a once-only gate."""

    def __init__(
        self, slack: WebClient, *, signing_secret: str, inbox: Inbox, installation: Installation
    ) -> None:
        # process_before_response: Bolt's other way sleeps in steps of 10 ms and, behind most
        # servers, serves one request at a time (p99 3.3 s at 200 at once, beyond Slack's limit).
        super().__init__(
            logger=logging.getLogger("bot.bolt"),
            name="labeljob",  # Bolt else looks for its caller's file in the source of every frame
            client=slack,
            signing_secret=signing_secret or "unused in Socket Mode",
            process_before_response=True,
            request_verification_enabled=False,  # done here, before the gate writes a row
            ignoring_self_events_enabled=True,
        )
        self._signature = SlackSignature(signing_secret) if signing_secret else None
        self._inbox = inbox
        self._installation = installation
        self._refused: set[str] = set()  # reasons that are in the log already
        self.use(self._hurry)
        self.error(_to_words)

    def dispatch(self, req: BoltRequest, came: float | None = None) -> BoltResponse:
        """Answer one request of Slack's; it is counted, and its log lines bear one number. `came`
        tells, on the monotonic clock, when it did: Slack's 3 seconds run while it waits its turn.
        """
        began, status = time.monotonic(), HTTPStatus.INTERNAL_SERVER_ERROR.value
        try:
            with about(request=uuid.uuid4().hex[:8]):
                response = self._answer(req, came)
            status = response.status
        finally:
            _count(req.body, status, time.monotonic() - began)
        return response

    def refused(self, status: HTTPStatus) -> BoltResponse:
        """The answer to a request that is not Slack's, or whose body is no payload at all; it is
        counted.
        """
        _count({}, status, 0.0)
        return BoltResponse(status=status.value, body="invalid request")

    def _answer(self, req: BoltRequest, came: float | None) -> BoltResponse:
        """The answer of the front's checks, of the first time, or of the listeners."""
        if req.mode != "socket_mode" and not self._genuine(req):
            return BoltResponse(status=401, body="invalid request")
        try:
            if reason := self._installation.refusal(req.body):
                return self._not_ours(req.body, reason)
            request = meaning(req.body)
        except MISSHAPEN as error:
            return _misshapen(error)
        with within(_PATIENCE, came):
            if request is None:
                return self._by_listeners(req)
            try:
                seen = self._inbox.open(request)
                failpoint("inbox-opened")
                answer = (
                    None
                    if seen is None
                    else seen.answer or self._inbox.answer_within(request, _REPEAT_PATIENCE)
                )
            except Transient as error:
                log.warning("a request could not be taken in: %s", error.words)
                return _in_words(error.words, req.body) or BoltResponse(status=503, body="")
            response = self._answered(req, request) if seen is None else _replay(answer)
        failpoint("before-ack")
        return response

    def _answered(self, req: BoltRequest, request: Request) -> BoltResponse:
        """The listeners' answer, kept for repeats unless nothing was done."""
        response = self._by_listeners(req)
        try:
            if response.status >= 400 or req.context.get(_AGAIN):  # noqa: PLR2004 - Slack or the person may ask again
                self._inbox.reopen(request)
            else:
                rejected = '"response_action": "errors"' in (response.body or "")
                self._inbox.close(request, _kept(response), rejected=rejected)
        except Transient as error:  # what was done is done; a repeat is handled again and finds it
            log.warning("an answer could not be kept: %s", error.words)
        return response

    def _by_listeners(self, req: BoltRequest) -> BoltResponse:
        """Bolt's answer; what listeners raise is words already, so this is about a payload that
        Bolt cannot read.
        """
        try:
            return super().dispatch(req)
        except MISSHAPEN as error:
            return _misshapen(error)

    def _hurry(self, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's name
        """Give listeners our own client: Bolt's copy keeps the patience that was left when the
        request came.
        """
        context["client"] = self.client
        return next()

    def _not_ours(self, body: dict[str, Any], reason: str) -> BoltResponse:
        """The answer to a payload of another app or installation: Slack shall not repeat it, and
        nothing is done.
        """
        metrics.not_ours.inc()
        if reason not in self._refused:
            self._refused.add(reason)
            log.warning(
                "requests of another app or installation are refused (by %s); this is said once",
                reason,
            )
        return _in_words(_NOT_OURS, body) or BoltResponse(status=200, body="")

    def _genuine(self, req: BoltRequest) -> bool:
        """Slack's signature over the raw body, at most five minutes old."""
        if self._signature is None:
            return False
        try:
            raw = req.raw_body.encode()
        except UnicodeEncodeError:  # half a character: it came from no bytes
            return False
        return self._signature.genuine(
            raw, {name: values[0] for name, values in req.headers.items()}
        )


def _misshapen(error: Exception) -> BoltResponse:
    """Signed, and yet not shaped as Slack's payloads are: nothing was done."""
    log.warning("a request is not shaped as Slack's are", exc_info=error)
    return BoltResponse(status=400, body="invalid request")


def _count(body: dict[str, Any], status: int, seconds: float) -> None:
    """Count a request by what it was and how it went; what a forged one says of itself is not
    believed.
    """
    kind = "command" if body.get("command") else str(body.get("type") or "")
    if status in _UNPROVEN:
        kind = "forged"
    how = "refused" if status >= HTTPStatus.BAD_REQUEST else "ok"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        how = "failed"
    metrics.answered(kind, how, seconds)


def meaning(body: dict[str, Any]) -> Request | None:
    """What a request means, so that it counts once; None for requests that change nothing.

    Slack repeats events under new ids, and people press twice: the key is made of what was done by
    whom, where and when, never of the delivery's own id. A form that is sent again bears its key
    still: its content says whether it is another request, and where it was sent back with faults
    the press alone does (nothing was done for it).
    """
    team = str((body.get("team") or {}).get("id") or body.get("team_id") or "")
    user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
    kind = str(body.get("type") or ("command" if body.get("command") else ""))
    key = content = press = ""
    if kind == "command":
        key, content = (
            f"cmd:{team}:{_digest(body['trigger_id'])}",
            f"{body['command']} {body.get('text', '')}",
        )
    elif kind == "block_actions":
        action = body["actions"][0]
        pressed = f"{action.get('block_id')}/{action.get('action_id')}"
        key = f"act:{team}:{user}:{action.get('action_ts')}:{pressed}"
        content = json.dumps(body["actions"], sort_keys=True)
    elif kind in {"view_submission", "view_closed"}:
        view = body["view"]
        nonce = view.get("private_metadata", "") or view.get("hash", "")
        key = f"{kind}:{team}:{view.get('root_view_id')}:{view.get('id')}:{nonce}"
        content = json.dumps((view.get("state") or {}).get("values", {}), sort_keys=True)
        press = _digest(body.get("trigger_id"))
    elif kind in {"shortcut", "message_action"}:
        key, content = f"cut:{team}:{_digest(body['trigger_id'])}", str(body.get("callback_id"))
    elif kind == "event_callback":
        event = body.get("event") or {}
        item = (
            event.get("ts") or event.get("event_ts") or (body.get("event_id") if not event else "")
        )
        author = event.get("user") or ""
        user = str(author.get("id") if isinstance(author, dict) else author)
        key = f"evt:{team}:{event.get('type')}:{event.get('channel')}:{user}:{item}"
        content = key
    for text in (key, content, team, user):
        text.encode()  # half a character (a lone surrogate) can be kept nowhere
    if "\0" in key + team + user:
        raise ValueError("a zero byte, which no database keeps")
    return Request(key, kind, team, user, content, press) if key else None


def _digest(trigger_id: Any) -> str:
    """A trigger id opens windows for a moment, so it is not kept as it is."""
    return hashlib.sha256(str(trigger_id).encode()).hexdigest()[:32]


def _kept(response: BoltResponse) -> dict[str, Any]:
    """What a repeat is answered with: the same, without the secrets that somebody typed and the
    answer quotes.
    """
    body = response.body or ""
    try:
        body = json.dumps(_redacted(json.loads(body))) if body else ""
    except ValueError:
        body = redact(body)
    return {"status": response.status, "headers": response.headers, "body": body}


def _redacted(value: Any) -> Any:
    """Each text of an answer without secrets; text by text, so that it stays the JSON that it
    is.
    """
    if isinstance(value, dict):
        return {name: _redacted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner) for inner in value]
    return redact(value) if isinstance(value, str) else value


def _replay(answer: dict[str, Any] | None) -> BoltResponse:
    """The stored answer; none is given while the first request is still being answered, or its
    process died in it.

    An empty 200 would close a form as if it had been taken; so Slack says "try again", and that try
    finds an answer.
    """
    if answer is None:
        return BoltResponse(status=503, body="")
    return BoltResponse(status=answer["status"], headers=answer["headers"], body=answer["body"])


def _to_words(
    error: Exception,
    body: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    respond: Respond,
) -> BoltResponse:
    """The last resort: whatever a listener raised becomes words for the person who waits."""
    if _is_silence(error):
        log.warning("Slack did not answer a listener's call: %s", error)
        error = NotShown()
    if isinstance(error, Transient):
        context[_AGAIN] = True
    if isinstance(error, LabeljobError):
        words = error.words
        log.info("refused: %s", words)
    else:
        number = subject().get("request", "unknown")
        log.error("request failed (%s)", number, exc_info=error)
        words = (
            "Something went wrong on our side; nothing was done. Tell your administrator this "
            f"number: {number}."
        )
    words = redact(words)
    if isinstance(error, Transient) and (answer := _in_words(words, body) or _later(body)):
        return answer
    if body.get("command"):
        if isinstance(error, TooLate):  # so is the answer: Slack reads none after its 3 s
            _try_to_tell(words, body, client, respond)
        return _json({"response_type": "ephemeral", "text": escape(words)})
    if body.get("type") == "view_submission":
        if isinstance(error, LabeljobError):
            return _json({"response_action": "update", "view": _note(words)})
        context[_AGAIN] = True  # our fault: the form stays below the words, as it was filled
        return _json({"response_action": "push", "view": _note(words)})
    _try_to_tell(words, body, client, respond)
    return BoltResponse(status=200, body="")


def _is_silence(error: Exception) -> bool:
    """Whether a call of Slack's got no answer: the windows on AWS and the database give such errors
    names of ours.
    """
    if isinstance(error, SlackApiError):
        return answer_of(error) is Answer.UNKNOWN
    return isinstance(error, (TimeoutError, ConnectionError, URLError, HTTPException))


def _try_to_tell(words: str, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
    """Words to the person, if Slack takes them: the request was acknowledged, and nothing was
    done.
    """
    try:
        with within(_LAST_WORDS):
            _tell(words, body, client, respond)
    except (SlackApiError, LabeljobError, *NO_ANSWER) as failure:
        log.warning("words could not be delivered: %s", failure)


def _tell(words: str, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
    """Words to the person whose answer cannot hold them: in a window, or below what they pressed or
    wrote.
    """
    view, event = body.get("view") or {}, body.get("event") or {}
    if view:
        _tell_over(view, words, body, client)
    elif body.get("response_url"):
        container = body.get("container") or {}
        thread_ts = container.get("thread_ts")
        where = (
            {"thread_ts": thread_ts}
            if thread_ts and thread_ts != container.get("message_ts")
            else {}
        )
        respond(text=escape(words), response_type="ephemeral", replace_original=False, **where)
    elif event.get("type") == "app_mention":
        client.chat_postEphemeral(
            channel=str(event.get("channel")),
            user=str(event.get("user")),
            thread_ts=event.get("thread_ts"),
            text=escape(words),
        )


def _tell_over(view: dict[str, Any], words: str, body: dict[str, Any], client: WebClient) -> None:
    """Words in a window over the one that was pressed in; in a direct message where it does not
    open.
    """
    # over the Home there is no window yet to put another one on
    call = client.views_open if view.get("type") == "home" else client.views_push
    try:
        show(call, trigger_id=body["trigger_id"], view=_note(words))
    except (SlackApiError, LabeljobError):
        client.chat_postMessage(channel=str(body["user"]["id"]), text=escape(words))


def _in_words(words: str, body: dict[str, Any]) -> BoltResponse | None:
    """Words in the answer itself, for a command or a form; a form stays open with all that was
    typed.
    """
    if body.get("command"):
        return _json({"response_type": "ephemeral", "text": escape(words)})
    if body.get("type") == "view_submission":
        fields = [
            block["block_id"]
            for block in body["view"].get("blocks", ())
            if block.get("type") == "input"
        ]
        if fields:
            return _json({"response_action": "errors", "errors": {fields[-1]: words}})
        return _json({"response_action": "push", "view": _note(words)})
    return None


def _later(body: dict[str, Any]) -> BoltResponse | None:
    """No answer to an event, so that Slack delivers it again: at once, after a minute and after
    five, then no more.
    """
    return BoltResponse(status=503, body="") if body.get("type") == "event_callback" else None


def _note(words: str) -> dict[str, Any]:
    """A small window with words in it."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Labeljob"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": words[:3000]}}],
    }


def _json(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(
        status=200, headers={"content-type": ["application/json"]}, body=json.dumps(body)
    )
