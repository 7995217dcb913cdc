"""The whole practice workspace for tests by clicking: stand-ins, the bot as a process, and people
in their own tabs.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import boto3
from playwright.sync_api import expect

from bot.sandbox.crowd.simulated_teams import Behaviours
from bot.sandbox.ports import free_port
from bot.sandbox.workspace import sample_pictures, seed
from bot.sandbox.workspace.first_minute import BANNER
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.services import Services
from bot.sandbox.workspace.story import wait_for
from bot.slack import manifest as slack_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

GAPS = {
    "LABELJOB_POLL_GAP": "0.3",
    "LABELJOB_SEND_GAP": "0.1",
    "LABELJOB_CARD_GAP": "0.3",
    "LABELJOB_TEAMS_GAP": "2",
}
NIMBLE = Behaviours(
    thinks=(0.1, 0.3),
    slow_thinks=(0.4, 0.8),
    initializing_seconds=0.3,
    counting_seconds=0.3,
    stopping_seconds=0.3,
    intermediate_seconds=0.5,
)
MY_PICTURES = 3
PATIENCE = 30_000  # ms until what another person or AWS does must be seen


@dataclass
class Whole:
    """The running workspace; `tabs` are the people's windows, `complaints` what their consoles
    said.
    """

    services: Services
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def tab(self, person: str, channel: str) -> Page:
        """A new tab of this person (a browser profile of their own), in a channel."""
        page = self.context(person).new_page()
        page.goto(f"{self.services.slack_url}/#{person}/{channel}")
        expect(page.get_by_test_id("person-picker")).to_be_visible()
        return page

    def context(self, person: str) -> BrowserContext:
        """The person's browser profile; whatever any of its tabs complains about fails the test."""
        if person not in self.contexts:
            context = self.browser.new_context(viewport={"width": 1280, "height": 860})
            context.set_default_timeout(20_000)
            context.on("weberror", lambda error: self.complaints.append(f"{person}: {error.error}"))
            context.on("console", lambda said: self._hear(person, said))
            context.on("requestfailed", lambda request: self._lost(person, request))
            self.contexts[person] = context
        return self.contexts[person]

    def close_tabs(self) -> None:
        """Close every window; fails if a console complained."""
        for context in self.contexts.values():
            context.close()
        self.contexts.clear()
        heard, self.complaints[:] = list(self.complaints), []
        assert heard == [], "; ".join(heard)

    def _hear(self, person: str, said: Any) -> None:
        if said.type == "error":
            self.complaints.append(f"{person}: {said.text} ({said.location.get('url')})")

    def _lost(self, person: str, request: Any) -> None:
        """A picture or script that did not come; a stream or page that was left is no fault."""
        if (
            request.resource_type in {"image", "script", "stylesheet"}
            and request.failure != "net::ERR_ABORTED"
        ):
            self.complaints.append(f"{person}: {request.url} {request.failure}")

    def aws(self, service: str) -> Any:
        """A client of the AWS stand-in, as somebody in the AWS console would have it."""
        keys = self.services.keys
        return boto3.client(  # type: ignore[call-overload]  # the stubs want a name that is written out
            service,
            endpoint_url=self.services.aws_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )


@contextmanager
def whole_workspace(
    browser: Browser, folder: Path, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Whole]:
    """A practice workspace with the bot over Socket Mode, and three pictures of somebody's own.
    `more` are settings of the bot.
    """
    own = folder / "pictures"
    own.mkdir()
    for number, sample in enumerate(sample_pictures.pictures(seed.SEED)):
        if number == MY_PICTURES:
            break
        (own / sample.name).write_bytes(sample.jpeg)
    services = Services(
        folder / "practice",
        manifest=slack_manifest.read(),
        pace=0.6,
        pictures=own,
        banner=BANNER,
        behaviours=NIMBLE,
        import_seconds=0.3,
    )
    practice = Practice(
        services.folder,
        services.addresses,
        lambda: services,
        transport="socket",
        bot_port=free_port(0),
        gaps={**GAPS, **more},
    )
    try:
        practice.start()
        sam = Person(services.slack_url, "U0SAM")
        wait_for(
            lambda: seed.WAITING_TEAM in str(sam.command("C0LABEL", "/labelteam", "list")),
            30,
            "the teams",
        )
        yield Whole(services, browser)
    finally:
        practice.stop()


def type_in(page: Page, text: str) -> None:
    """Type a line into the composer and send it."""
    page.get_by_test_id("composer").fill(text)
    page.keyboard.press("Escape")
    page.get_by_test_id("composer").press("Enter")


def card(page: Page, job_name: str) -> Locator:
    """A job's card in the channel that is open."""
    return page.locator("#main .msg").filter(
        has_text=re.compile(rf"· {re.escape(job_name)}(?![a-z-])")
    )


def said(page: Page, words: str) -> Locator:
    """The newest message in the middle with these words."""
    return page.locator("#main .msg").filter(has_text=words).last


class Form:
    """The window on top, used by mouse and keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.modal = page.get_by_test_id("modal")

    def titled(self, words: str) -> Form:
        """Wait for this page of the form."""
        expect(self.modal.get_by_role("heading", name=words)).to_be_visible()
        return self

    def block(self, name: str) -> Locator:
        """A field with its label, hint and error."""
        return self.modal.get_by_test_id(f"block-{name}")

    def control(self, name: str) -> Locator:
        """What is typed into."""
        return self.block(name).locator("input, textarea, [contenteditable]").first

    def fill(self, **typed: str) -> None:
        """Type into fields, by block id."""
        for name, text in typed.items():
            self.control(name).fill(text)

    def choose(self, name: str, words: str) -> None:
        """Pick from a radio group."""
        self.block(name).get_by_role("radio", name=re.compile(rf"^{re.escape(words)}")).check()

    def search(self, name: str, letters: str) -> None:
        """Type into a select that asks the bot, and click the first choice that fits."""
        self.control(name).click()
        self.control(name).fill(letters)
        self.page.get_by_test_id("option").filter(has_text=letters).first.click()

    def next(self) -> None:
        """Press the page's button: Next, Review, Create."""
        self.modal.get_by_test_id("modal-submit").click()

    def back(self) -> None:
        """Press Back."""
        self.modal.locator("[data-action-id=job_form_back]").click()

    def more(self) -> None:
        """Press More…."""
        self.modal.locator("[data-action-id=job_form_show_more]").click()

    def expect_values(self, **kept: str) -> None:
        """What stands in the fields."""
        for name, text in kept.items():
            expect(self.control(name)).to_have_value(text)

    def thanked(self) -> None:
        """Wait for the page that only says what was done, and close it: an answer that comes after
        the window was closed would open it again.
        """
        expect(self.modal.get_by_test_id("modal-submit")).to_have_count(0)
        self.close()

    def close(self) -> None:
        """Close the window."""
        self.modal.get_by_test_id("modal-close").click()
        expect(self.modal).to_have_count(0)
