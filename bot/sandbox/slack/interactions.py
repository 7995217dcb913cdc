"""What people do with the app: commands, presses, choices, submits, shortcuts; and what the app may
answer.

Promises Slack's rules on both sides: nothing is delivered twice, the app has 3 seconds, an answer
that Slack does not understand leaves the person with words and everything as it was.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack import files, payloads, views
from bot.sandbox.slack.block_tree import find_element, input_blocks
from bot.sandbox.slack.channels import open_im, visible_channel
from bot.sandbox.slack.deliveries import Answer, Delivery
from bot.sandbox.slack.messages import find_message, post_message, shown
from bot.sandbox.slack.people import bot_user_id
from bot.sandbox.slack.response_urls import answer_in_place, new_response_url
from bot.sandbox.slack.state import SlackError
from bot.sandbox.slack.validate import validate_options
from bot.sandbox.slack.view_state import field_errors, offered, picked, without_inputs

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace
    from bot.sandbox.slack.transport import Transport

__all__ = ["Interactions"]

EXTERNAL = {"external_select", "multi_external_select"}
FORM_FILE_BYTES = 10 * 1024 * 1024
TROUBLE = "We had some trouble connecting. Try again?"


class Interactions:
    """One method per thing a person can do; they raise SlackError with a code and words for the
    person.
    """

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self._workspace = workspace
        self._transport = transport

    # -- commands
    # ----------------------------------------------------------------------------------------------

    def command(self, person: str, channel: str, command: str, text: str) -> JSON | None:
        """Run a slash command; gives the ephemeral answer if the app gave one at once."""
        workspace = self._workspace
        known = workspace.config.features.get("slash_commands") or []
        if command not in {one["command"] for one in known}:
            words = f"{command} is not a valid command."
            raise SlackError("no_such_command", message=words)
        row = visible_channel(workspace, channel, person, member=True)
        fields = payloads.command_fields(workspace, person, row["id"], command, text)
        answer = self._transport.deliver(
            Delivery(f"app:{command}", "slash_commands", fields, "fields")
        )
        self._require(answer, f"{command} failed because the app did not respond.")
        reply = answer.opened()
        if not isinstance(reply, dict) or not (
            reply.get("text") or reply.get("blocks") or reply.get("attachments")
        ):
            return None
        if reply.get("response_type") == "in_channel":
            # Slack shows the command too when the answer is for everybody.
            said = {"type": "message", "user": person, "text": f"{command} {text}".strip()}
            post_message(workspace, row["id"], said)
        try:
            return answer_in_place(workspace, person, row["id"], reply)
        except SlackError as problem:
            raise SlackError(
                "invalid_command_response", message=f"{command} failed: {problem.code}"
            ) from problem

    def _require(self, answer: Answer, words: str) -> None:
        """Raise what the person sees when the app did not take a request."""
        if answer.ok:
            return
        code = "operation_timeout" if answer.outcome == "timeout" else "dispatch_failed"
        raise SlackError(code, message=f'{words} (error "{code}")')

    def _interactive(self, payload: JSON) -> Answer:
        return self._transport.deliver(
            Delivery(f"app:{payload['type']}", "interactive", payload, "payload")
        )

    # -- presses and choices
    # -------------------------------------------------------------------------------------

    def action(  # noqa: PLR0913, PLR0917 - a press has that many parts
        self, person: str, container: JSON, block_id: str, action_id: str, chosen: JSON, sent: JSON
    ) -> None:
        """Press a button or choose in a select; the app hears of it and answers with nothing."""
        workspace = self._workspace
        place = payloads.find_place(workspace, person, container, sent)
        if place.channel is not None:
            visible_channel(workspace, place.channel, person)
        block, element = _element(place.blocks, block_id, action_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise SlackError(
                "not_dispatched", message="This field is sent with the form, not by itself."
            )
        chosen = _checked_choice(element, chosen)
        if place.view_id is not None and element["type"] not in {"button", "overflow"}:
            typed = {block_id: {action_id: chosen}}
            place = payloads.find_place(
                workspace, person, container, {**sent, **_joined(sent, typed)}
            )
        elif "state" in place.fields:
            values = place.fields["state"]["values"]
            mine = values.get(block_id, {}).get(action_id)
            if mine is not None:
                mine.update({name: value for name, value in chosen.items() if name in mine})
        action = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block_id,
            **picked(element, chosen),
            "action_ts": workspace.new_ts(),
        }
        payload = {
            **payloads.base(workspace, "block_actions", person),
            **place.fields,
            "trigger_id": views.new_trigger(workspace, person, _modal_id(place)),
            "actions": [action],
        }
        if place.channel is not None:
            payload["response_url"] = new_response_url(
                workspace,
                person,
                place.channel,
                ts=place.ts,
                ephemeral_id=place.ephemeral_id,
                thread_ts=place.thread_ts,
            )
        self._require(self._interactive(payload), "The app did not respond.")

    def suggest(
        self, person: str, container: JSON, block_id: str, action_id: str, query: str
    ) -> JSON:
        """Ask the app what an external select offers; nothing is asked below min_query_length
        (default 3).
        """
        workspace = self._workspace
        place = payloads.find_place(workspace, person, container, {})
        _block, element = _element(place.blocks, block_id, action_id)
        if element["type"] not in EXTERNAL:
            raise SlackError("not_external", message="This field has its own options.")
        if len(query) < int(element.get("min_query_length", 3)):
            return {"options": []}
        payload = {
            **payloads.base(workspace, "block_suggestion", person),
            **{name: value for name, value in place.fields.items() if name != "state"},
            "action_id": action_id,
            "block_id": block_id,
            "value": query,
        }
        answer = self._interactive(payload)
        self._require(answer, "The options could not be loaded.")
        offered = answer.opened()
        if not isinstance(offered, dict) or validate_options(offered):
            raise SlackError("invalid_options", message="The options could not be loaded.")
        return {name: offered[name] for name in ("options", "option_groups") if name in offered}

    # -- forms
    # ----------------------------------------------------------------------------------------------

    def submit(self, person: str, view_id: str, sent: JSON) -> JSON:
        """Submit the modal on top; gives `response_action` and `errors` as the page needs them."""
        workspace = self._workspace
        view = self._own_top(person, view_id)
        view = views.keep_state(workspace, view["id"], sent)
        errors = field_errors(view["blocks"], view["state"]["values"])
        errors = errors or self._give_files(person, view)
        if errors:
            return {"response_action": "errors", "errors": errors}
        payload = {
            **payloads.base(workspace, "view_submission", person),
            "trigger_id": views.new_trigger(workspace, person, view["id"]),
            "view": view,
            "response_urls": self._response_urls(person, view),
        }
        answer = self._interactive(payload)
        self._require(answer, TROUBLE)
        return self._answered_submit(person, view, answer)

    def _give_files(self, person: str, view: JSON) -> dict[str, str]:
        """Put whole file objects into the state of file inputs; {block_id: words} for files that
        cannot go.
        """
        errors: dict[str, str] = {}
        for block_id, actions in view["state"]["values"].items():
            for state in actions.values():
                if state["type"] != "file_input":
                    continue
                given = [
                    files.give_to_app(self._workspace, str(one.get("id")), person)
                    for one in state["files"]
                ]
                state["files"] = [file for file in given if file is not None]
                if len(state["files"]) < len(given):
                    errors[block_id] = "A file is missing. Please add it again."
                elif any(file["size"] > FORM_FILE_BYTES for file in state["files"]):
                    errors[block_id] = "Files in forms may have 10 MB at most."
        return errors

    def _own_top(self, person: str, view_id: str) -> JSON:
        view = views.top(self._workspace, person)
        if view is None or view["id"] != view_id:
            raise SlackError("not_found", message="This form is not open any more.")
        return view

    def _response_urls(self, person: str, view: JSON) -> list[JSON]:
        """One per filled conversations or channels select with response_url_enabled."""
        urls: list[JSON] = []
        for block_id, actions in view["state"]["values"].items():
            for action_id, state in actions.items():
                found = find_element(view["blocks"], block_id, action_id)
                channel = state.get("selected_conversation") or state.get("selected_channel")
                if found is None or not found[1].get("response_url_enabled") or not channel:
                    continue
                url = new_response_url(self._workspace, person, channel)
                urls.append(
                    {
                        "block_id": block_id,
                        "action_id": action_id,
                        "channel_id": channel,
                        "response_url": url,
                    }
                )
        return urls

    def _answered_submit(self, person: str, view: JSON, answer: Answer) -> JSON:
        reply = answer.opened()
        if reply in (None, {}):
            self._close_submitted(person, view)
            return {"response_action": None}
        action = reply.get("response_action") if isinstance(reply, dict) else None
        try:
            return self._obey(person, view, reply, action)
        except SlackError as problem:
            detail = problem.fields.get("response_metadata", {}).get("messages", [])
            raise SlackError(
                "invalid_response", message=TROUBLE, reason=problem.code, messages=detail
            ) from problem

    def _obey(self, person: str, view: JSON, reply: Any, action: Any) -> JSON:
        workspace = self._workspace
        if action == "errors":
            return {"response_action": "errors", "errors": _named_fields(view, reply.get("errors"))}
        if action == "clear":
            views.close_view(workspace, person, clear=True)
        elif action in {"update", "push"}:
            given = views.checked_view(workspace, reply.get("view"))
            if given["type"] != "modal":
                raise SlackError("invalid_arguments")
            if action == "update":
                views.replace_view(workspace, person, view, given)
            else:
                views.push_view(workspace, person, given)
        else:
            raise SlackError("unknown_response_action")
        return {"response_action": action}

    def _close_submitted(self, person: str, view: JSON) -> None:
        """An empty answer closes the submitted view, unless the app has already put another one on
        top.
        """
        top = views.top(self._workspace, person)
        if top is not None and top["id"] == view["id"]:
            views.close_view(self._workspace, person)

    def close(self, person: str, view_id: str, *, clear: bool) -> None:
        """Close the modal on top, or all; the app hears of those with notify_on_close, its answer
        is not awaited.

        Slack tells the state of the view without what stands in its input blocks: what somebody
        typed and did not send is theirs.
        """
        self._own_top(person, view_id)
        closed = views.close_view(self._workspace, person, clear=clear)
        for view in closed:
            if view["notify_on_close"]:
                payload = {
                    **payloads.base(self._workspace, "view_closed", person),
                    "view": without_inputs(view),
                    "is_cleared": clear or len(closed) > 1,
                }
                self._transport.later(functools.partial(self._interactive, payload))

    # -- shortcuts, Home
    # -----------------------------------------------------------------------------------------

    def shortcut(self, person: str, callback_id: str, channel: str | None, ts: str | None) -> None:
        """Run a global shortcut, or with channel and ts a message shortcut."""
        workspace = self._workspace
        kind = "message" if ts else "global"
        known = workspace.config.features.get("shortcuts") or []
        if not any(one["callback_id"] == callback_id and one["type"] == kind for one in known):
            raise SlackError("no_such_shortcut", message="This shortcut does not exist here.")
        trigger = {
            "trigger_id": views.new_trigger(workspace, person),
            "action_ts": workspace.new_ts(),
        }
        if ts is None:
            payload = {
                **payloads.base(workspace, "shortcut", person),
                "callback_id": callback_id,
                **trigger,
            }
        else:
            row = visible_channel(workspace, channel or "", person)
            found = find_message(workspace, row["id"], ts)
            if found is None:
                raise SlackError("message_not_found")
            message = shown(workspace, found, metadata=True)
            payload = {
                **payloads.base(workspace, "message_action", person),
                "callback_id": callback_id,
                **trigger,
                "channel": payloads.channel_brief(workspace, row["id"]),
                "message_ts": ts,
                "message": message,
                "response_url": new_response_url(
                    workspace, person, row["id"], thread_ts=message.get("thread_ts")
                ),
            }
        self._require(self._interactive(payload), "The app did not respond.")

    def home_opened(self, person: str, tab: str) -> None:
        """Open the app's Home or Messages tab: an event, every time."""
        workspace = self._workspace
        channel = open_im(workspace, person, bot_user_id(workspace))
        event: JSON = {"type": "app_home_opened", "user": person, "channel": channel, "tab": tab}
        home = views.home_view(workspace, person)
        if tab == "home" and home is not None:
            event["view"] = home
        workspace.send_event({**event, "event_ts": workspace.new_ts()})


def _joined(sent: JSON, more: JSON) -> JSON:
    return {block: {**(sent.get(block) or {}), **actions} for block, actions in more.items()}


def _modal_id(place: payloads.Place) -> str | None:
    if place.view_id is None or place.fields["view"]["type"] != "modal":
        return None
    return place.view_id


def _element(blocks: list[JSON], block_id: str, action_id: str) -> tuple[JSON, JSON]:
    found = find_element(blocks, block_id, action_id)
    if found is None:
        raise SlackError("no_such_element", message="This button or field is not there any more.")
    return found


def _checked_choice(element: JSON, chosen: JSON) -> JSON:
    """People can choose only what is offered; gives the choice with the whole option objects."""
    if element["type"] in EXTERNAL or not ("options" in element or "option_groups" in element):
        return chosen
    options = [*(element.get("options") or [])]
    for group in element.get("option_groups") or []:
        options += group["options"]
    found = offered(element, chosen)
    for pick in [found.get("selected_option"), *(found.get("selected_options") or [])]:
        if pick is not None and pick not in options:
            raise SlackError(
                "no_such_option", message=f"This choice is not offered: {json.dumps(pick)}"
            )
    return found


def _named_fields(view: JSON, errors: Any) -> dict[str, str]:
    """Errors must name input blocks of the submitted view, and say something."""
    if (
        not isinstance(errors, dict)
        or not errors
        or not set(errors) <= input_blocks(view["blocks"])
    ):
        raise SlackError("invalid_errors")
    if not all(isinstance(words, str) and words for words in errors.values()):
        raise SlackError("invalid_errors")
    return dict(errors)
