"""The worker page (Jinja to Liquid), and the instructions as Slack shows them.

Promises to launch and preview: the same instructions give the same bytes (so a page can be kept
under its digest); whatever people typed is text on the page, never Liquid, never script; and what
is too large for Ground Truth is refused before anything is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from markupsafe import escape as html_escape

from bot.base import blocks
from bot.base.errors import Refusal
from bot.instructions import clean, slack_text
from bot.instructions.pictures import BadPicture, Example, Picture, checked

PAGE_LIMIT = 128_000  # SageMaker: characters of a template
PREVIEW_BLOCKS = 45  # Slack: 50 blocks a message, 100 a view; the caller adds a few
_URL_LIMIT = 3_000  # Slack: image_url

__all__ = [
    "BadPicture",
    "Example",
    "Instructions",
    "NoPage",
    "NothingToAudit",
    "PageTooLarge",
    "Skeleton",
    "Tool",
    "has_page",
    "skeleton",
    "slack_preview",
    "worker_page",
]


_Shown = TypeVar("_Shown", Example, Picture)


class NoPage(Refusal):
    """There is no worker page for this task type yet. Choose another."""

    field = "task_type"


class PageTooLarge(Refusal):
    """These instructions are too long: Ground Truth takes 128,000 characters. Shorten the full
    instructions.
    """

    field = "full_instructions"


class NothingToAudit(Refusal):
    """Say which label attribute of the data is to be checked."""

    field = "audited"


@dataclass(frozen=True, slots=True)
class Instructions:
    """What workers are told. The HTML need not be clean (it is cleaned here); `description` heads
    the tool.
    """

    task_title: str
    description: str
    labels: tuple[str, ...]
    short_html: str
    full_html: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """What stands in the middle of a worker page: a crowd element, its name, and its attribute for
    the labels.

    Our page is for elements that need no more than an object and labels: `labels_attribute` is ""
    for any other. `shows` says what the object is: picture, text or video. Of an earlier job's
    labels it shows `earlier` ("boxes", "mask", "" for nothing), for workers to correct where
    `fixes`, else to be judged.
    """

    element: str
    name: str
    labels_attribute: str
    shows: str = "picture"
    earlier: str = ""
    fixes: bool = False


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What a form offers before anything is typed: good and bad example to be filled in."""

    short_html: str
    full_html: str


def _inert(value: Any) -> Any:
    """A value on its way into Liquid source: HTML-escaped unless it is clean HTML, and free of
    braces in any case.
    """
    return Markup(clean.inert(str(html_escape(value))))  # noqa: S704 - escaped on this very line


def _data(value: Any) -> str:
    """A value on its way into mrkdwn: typed text, which is escaped."""
    return blocks.escape(str(value))


def _environment(
    *, autoescape: bool, finalize: Callable[[Any], Any]
) -> ImmutableSandboxedEnvironment:
    """Jinja with delimiters that Liquid does not know; templates are compiled once and never looked
    at again.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("templates", ""),
        autoescape=autoescape,
        finalize=finalize,
        undefined=StrictUndefined,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        auto_reload=False,
        keep_trailing_newline=True,
    )
    environment.globals.clear()
    return environment


_pages = _environment(autoescape=True, finalize=_inert)
_texts = _environment(autoescape=False, finalize=_data)
_TEMPLATES = frozenset(_pages.list_templates())
_PAGE = "worker_pages/element.liquid.j2"


def has_page(tool: Tool) -> bool:
    """Whether there is a worker page for this tool."""
    return bool(tool.labels_attribute)


def worker_page(
    tool: Tool,
    instructions: Instructions,
    *,
    audited: str = "",
    allowed: Callable[[str], bool] | None = None,
) -> str:
    """The Liquid source that Ground Truth renders for each task.

    `audited` is the label attribute of the job whose labels are judged or corrected. `allowed` says
    whether the bot may grant access to an S3 picture; without it the caller has asked already.

    Raises:
        NoPage: there is no page for this tool (see `has_page`).
        NothingToAudit: the tool shows an earlier job's labels, and no attribute says which.
        BadPicture: an example's address cannot be used.
        PageTooLarge: more than the 128,000 characters that SageMaker takes.

    """
    if not has_page(tool):
        raise NoPage
    if tool.earlier and not audited:
        raise NothingToAudit
    examples = [checked(example, allowed) for example in instructions.examples]
    page = _pages.get_template(_PAGE).render(
        tool=tool,
        audited=audited,
        title=_one_line(instructions.task_title),
        header=_one_line(instructions.description) or _one_line(instructions.task_title),
        short=Markup(clean.from_html(instructions.short_html)),  # noqa: S704 - cleaned on this very line
        full=Markup(clean.from_html(instructions.full_html or instructions.short_html)),  # noqa: S704 - as above
        examples=examples,
        shown_beside=_pair(examples),
    )
    if len(page) > PAGE_LIMIT:
        raise PageTooLarge(
            f"These instructions make a page of {len(page):,} characters; Ground Truth takes "
            f"{PAGE_LIMIT:,}. Shorten the full instructions."
        )
    return page


def skeleton(task_type_id: str) -> Skeleton:
    """The instructions that the form starts with: the task type's own, or those for any."""
    short, full = (_source(_told(task_type_id, f"{part}.html")) for part in ("short", "full"))
    return Skeleton(short, full)


def slack_preview(
    task_type_id: str,
    instructions: Instructions,
    link: Callable[[str], str],
    *,
    full: bool = True,
    allowed: Callable[[str], bool] | None = None,
) -> list[blocks.Block]:
    """The instructions as Block Kit, at most 45 blocks, for the review step and the team's modal.

    `link` turns an S3 address into a short-lived https link; it is asked once per S3 picture, for
    the person who sees this. Without `full` the short text and its two pictures are shown. An
    example that cannot be shown is named.
    """
    head = _texts.get_template(_told(task_type_id, "team.mrkdwn.j2")).render(
        title=_one_line(instructions.task_title),
        description=_one_line(instructions.description),
        labels=blocks.in_a_row(instructions.labels),
    )
    shown = [blocks.section(head.strip()), *_sections(instructions.short_html)]
    pictures = [
        _shown(example, link, allowed)
        for example in (instructions.examples if full else _pair(instructions.examples))
    ]
    rest = _sections(instructions.full_html) if full else []
    room = max(0, PREVIEW_BLOCKS - len(shown) - len(pictures) - 1)
    if len(rest) > room:
        rest = [
            *rest[: max(0, room - 1)],
            blocks.context("The full instructions are longer than Slack shows."),
        ]
    return [*shown, *pictures, *([blocks.divider(), *rest] if rest else [])][:PREVIEW_BLOCKS]


def _told(task_type_id: str, part: str) -> str:
    """The template of a task type's instructions: its own, that of every verification or
    adjustment, or that for any task type.
    """
    for folder in (task_type_id, task_type_id.rpartition("-")[2]):
        if f"instructions/{folder}/{part}" in _TEMPLATES:
            return f"instructions/{folder}/{part}"
    return f"instructions/any/{part}"


def _source(name: str) -> str:
    assert _pages.loader is not None
    return _pages.loader.get_source(_pages, name)[0]


def _one_line(text: str) -> str:
    """The text on one line: headers and titles hold no line ends."""
    return " ".join(text.split())


def _pair(examples: Sequence[_Shown]) -> list[_Shown]:
    """The first good and the first bad example: what fits beside the object."""
    firsts = (
        next((example for example in examples if example.good is good), None)
        for good in (True, False)
    )
    return [example for example in firsts if example is not None]


def _sections(markup: str) -> list[blocks.Block]:
    """Sections of mrkdwn, of at most 3,000 characters, cut between lines."""
    sections: list[str] = []
    for line in slack_text.to_mrkdwn(markup).split("\n"):
        whole = blocks.cut(line, blocks.SECTION_TEXT)
        if sections and len(sections[-1]) + 1 + len(whole) <= blocks.SECTION_TEXT:
            sections[-1] += f"\n{whole}"
        else:
            sections.append(whole)
    return [blocks.section(text.strip("\n")) for text in sections if text.strip()]


def _shown(
    example: Example, link: Callable[[str], str], allowed: Callable[[str], bool] | None
) -> blocks.Block:
    """One example as an image block, or a line that says why not."""
    try:
        picture = checked(example, allowed)
    except BadPicture as refusal:
        return blocks.context(
            f"{'Good' if example.good else 'Bad'} example left out: {refusal.words}"
        )
    url = link(picture.address) if picture.in_s3 else picture.address
    if len(url) > _URL_LIMIT:
        return blocks.context(f"{blocks.escape(picture.alt)} (its link is too long for Slack)")
    return blocks.image(url, picture.alt, title=picture.alt)
