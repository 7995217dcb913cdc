"""Forms in the page of the practice workspace: what is typed, what is refused, what the app
hears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.practice import (
    DATA,
    EVERY_FIELD,
    NAME,
    control,
    field_block,
    form_view,
    message,
    open_form,
    opened_tab,
    option,
    plain,
    visit,
    write,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Locator, Page

    from tests.browser.practice import Json, Workspace


def test_form_errors_stand_at_their_fields_and_typing_survives(
    space: Workspace, page: Page
) -> None:
    """A form that forgets what was typed, or an error that does not say where, costs a person the
    whole form.
    """
    visit(page, space)
    more = {
        "type": "actions",
        "block_id": "more",
        "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
    }
    modal = open_form(page, space, [NAME, more])
    expect(control(modal, "name")).to_be_focused()
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("block-name")).to_contain_text(
        "Please complete this required field."
    )
    control(modal, "name").fill("ripe-july")

    def update(_ack: Any, body: Json) -> None:
        view = body["view"]
        given = form_view(
            [NAME, more, field_block("count", "number_input", is_decimal_allowed=False)]
        )
        space.client.views_update(view_id=view["id"], hash=view["hash"], view=given)

    space.answers["more"] = update
    modal.locator("[data-action-id=more]").click()
    expect(modal.get_by_test_id("block-count")).to_be_visible()
    expect(control(modal, "name")).to_have_value("ripe-july")
    expect(modal.locator("[data-action-id=more]")).to_be_focused()
    taken = "This name is taken since 3 May. ripe-july-2 is free."
    space.answers["submit"] = lambda ack, _body: ack(
        response_action="errors", errors={"name": taken}
    )
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("block-name")).to_contain_text(taken)
    expect(control(modal, "name")).to_be_focused()
    assert control(modal, "name").get_attribute("aria-invalid") == "true"
    control(modal, "name").fill("ripe-july-2")
    expect(modal.get_by_test_id("block-name")).not_to_contain_text(taken)
    space.answers["submit"] = lambda ack, _body: ack()
    modal.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_be_focused()


def _fill_every_field(page: Page, modal: Locator) -> None:
    control(modal, "name").fill("all of it")
    notes = control(modal, "notes", "[contenteditable]")
    notes.click()
    page.keyboard.type("Choose ")
    page.keyboard.press("Control+b")
    page.keyboard.type("one")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    modal.locator("[data-command=insertUnorderedList]").click()
    page.keyboard.type("ripe")
    for block, text in (("kind", "text"), ("labels", "unr"), ("team", "orchard n"), ("who", "Lin")):
        control(modal, block).press_sequentially(text)
        expect(page.get_by_test_id("option").first).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    modal.get_by_label("verify").check()
    modal.get_by_label("odd").check()
    for block, text in (
        ("day", "2026-11-30"),
        ("hour", "09:30"),
        ("moment", "2026-11-30T09:30"),
        ("count", "3"),
        ("mail", "mara@example.com"),
        ("guide", "https://example.com/guide"),
    ):
        control(modal, block).fill(text)
    upload: FilePayload = {
        "name": "lines.jsonl",
        "mimeType": "text/plain",
        "buffer": b'{"source-ref": "s3://b/1.png"}\n',
    }
    modal.locator("[data-testid=block-file] input[type=file]").set_input_files(upload)
    expect(modal.get_by_test_id("block-file")).to_contain_text("lines.jsonl")


def test_every_input_arrives_in_slacks_shape(browser: Browser, space: Workspace) -> None:
    """A value in another shape than Slack's would let the bot work here and fail at Slack."""
    with opened_tab(browser, timezone_id="UTC") as page:
        visit(page, space)
        modal = open_form(page, space, EVERY_FIELD)
        _fill_every_field(page, modal)
        modal.get_by_test_id("modal-submit").click()
        values = space.next("view_submission")["view"]["state"]["values"]
    got = {
        block: next(v for name, v in actions["a"].items() if name != "type")
        for block, actions in values.items()
    }
    assert got["name"] == "all of it"
    assert got["notes"]["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Choose "},
                {"type": "text", "text": "one", "style": {"bold": True}},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "ripe"}]}
            ],
        },
    ]
    assert got["kind"] == option("text")
    assert got["labels"] == [option("unripe")]
    assert got["team"]["value"] == "orchard night team"
    assert (got["who"], got["where"]) == ("U0LIN", DATA)
    assert (got["also"], got["split"]) == ([option("verify")], option("odd"))
    assert (got["day"], got["hour"], got["moment"]) == ("2026-11-30", "09:30", 1796031000)
    assert (got["count"], got["mail"], got["guide"]) == (
        "3",
        "mara@example.com",
        "https://example.com/guide",
    )
    assert [file["name"] for file in got["file"]] == ["lines.jsonl"]


def test_a_notice_in_a_form_says_what_kind_it_is(space: Workspace, page: Page) -> None:
    """A warning that is only a colour is none for those who cannot see it."""
    visit(page, space)
    modal = open_form(
        page, space, [{"type": "alert", "level": "warning", "text": plain("It costs money.")}, NAME]
    )
    expect(modal.get_by_role("note", name="warning")).to_contain_text("It costs money.")


def test_external_select_asks_the_app_only_after_enough_letters(
    space: Workspace, page: Page
) -> None:
    """Asking too early or never would make large lists of teams and buckets unusable."""
    visit(page, space)
    modal = open_form(page, space, [field_block("team", "external_select", min_query_length=3)])
    control(modal, "team").press_sequentially("or")
    expect(page.locator(".options")).to_contain_text("one more character")
    control(modal, "team").press_sequentially("c")
    expect(page.get_by_test_id("option")).to_have_text(["orchard team", "orchard night team"])
    assert space.next("block_suggestion")["value"] == "orc"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(control(modal, "team")).to_have_value("orchard night team")


def test_views_stack_and_go_back_with_what_was_typed(space: Workspace, page: Page) -> None:
    """Looking something up in a second view must not cost the first one."""
    visit(page, space)
    look = {
        "type": "actions",
        "block_id": "l",
        "elements": [{"type": "button", "action_id": "look", "text": plain("Look")}],
    }
    modal = open_form(page, space, [NAME, look])
    control(modal, "name").fill("kept")

    def push(_ack: Any, body: Json) -> None:
        words = {"type": "section", "text": {"type": "mrkdwn", "text": "*Details*"}}
        view = {
            "type": "modal",
            "title": plain("Second"),
            "blocks": [words],
            "notify_on_close": True,
        }
        space.client.views_push(trigger_id=body["trigger_id"], view=view)

    space.answers["look"] = push
    modal.locator("[data-action-id=look]").click()
    expect(modal.get_by_role("heading", name="Second")).to_be_visible()
    page.keyboard.press("Escape")
    expect(modal.get_by_role("heading", name="New thing")).to_be_visible()
    expect(control(modal, "name")).to_have_value("kept")
    assert space.next("view_closed")["view"]["title"]["text"] == "Second"
    modal.get_by_test_id("modal-x").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)


def test_a_silent_app_is_told_in_words_and_nothing_is_lost(space: Workspace, page: Page) -> None:
    """A person must learn that nothing came back, as at Slack, and keep the form."""
    visit(page, space)
    write(page, "/slow now")
    said = page.locator("#main .msg").last
    expect(said).to_contain_text('/slow failed with the error "operation_timeout"')
    expect(said).to_contain_text("Only visible to you")
    write(page, "/nonsense")
    expect(page.locator("#main .msg").last).to_contain_text("/nonsense is not a valid command")
    modal = open_form(page, space, [NAME])
    control(modal, "name").fill("kept")
    space.answers["submit"] = lambda _ack, _body: space.hold.wait(20)
    modal.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal-trouble")).to_contain_text("trouble connecting")
    expect(control(modal, "name")).to_have_value("kept")
    expect(modal.get_by_test_id("modal-submit")).to_be_enabled()


def test_confirm_dialog_decides_whether_the_app_hears(space: Workspace, page: Page) -> None:
    """A stop or a training that costs money must not start on one wrong click."""
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It costs money."),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    button = {
        "type": "button",
        "action_id": "train",
        "text": plain("Train"),
        "value": "v",
        "confirm": confirm,
    }
    other = {"type": "button", "action_id": "log", "text": plain("Log")}
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("Stop"), option("Continue")],
    }
    visit(page, space)
    ts = space.say(
        DATA, "card", [{"type": "actions", "block_id": "b", "elements": [button, other, menu]}]
    )
    card = message(page, ts)
    card.locator("[data-action-id=train]").click()
    expect(page.get_by_test_id("confirm")).to_contain_text("It costs money.")
    page.get_by_test_id("confirm-no").click()
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    expect(card.locator("[data-action-id=train]")).to_be_focused()
    card.locator("[data-action-id=log]").click()
    assert space.next("block_actions")["actions"][0]["action_id"] == "log"
    card.locator("[data-action-id=train]").click()
    page.get_by_test_id("confirm-yes").click()
    assert space.next("block_actions")["actions"][0]["value"] == "v"
    card.locator("[data-action-id=more]").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert space.next("block_actions")["actions"][0]["selected_option"]["value"] == "Continue"
