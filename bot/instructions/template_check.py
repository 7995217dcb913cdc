"""What is wrong with a worker template, before any worker sees it (pure).

Promises to the form and to `labeljob template check`: a template that Ground Truth could not use
has an error, one that may surprise has a warning, each with its line and what to do about it.
Errors are that its Liquid does not parse, that nothing on the page hands in an answer, and that it
is longer than SageMaker takes. Nothing is rendered, and nothing in a template makes this raise.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.base.blocks import cut
from bot.base.nearest import nearest
from bot.instructions.page import PAGE_LIMIT
from bot.instructions.template_markup import FORM, Markup, Tag, read_markup

_HOME = "https://assets.crowd.aws/"
_LIBRARY = "crowd-html-elements"  # the name of AWS's script begins so, whatever its version
# AWS's page on this element: it has its own submission logic and is not to stand in a crowd-form
_SELF_SUBMITTING = "crowd-entity-annotation"
# AWS's Crowd HTML Elements Reference, with those of Augmented AI and of the second version
_ELEMENTS = frozenset(
    {
        "crowd-alert",
        "crowd-badge",
        "crowd-bounding-box",
        "crowd-button",
        "crowd-card",
        "crowd-checkbox",
        "crowd-classifier",
        "crowd-classifier-multi-select",
        "crowd-entity-annotation",
        "crowd-fab",
        "crowd-form",
        "crowd-icon-button",
        "crowd-image-classifier",
        "crowd-image-classifier-multi-select",
        "crowd-input",
        "crowd-instance-segmentation",
        "crowd-instructions",
        "crowd-keypoint",
        "crowd-line",
        "crowd-modal",
        "crowd-polygon",
        "crowd-polyline",
        "crowd-question-answer-generation",
        "crowd-radio-button",
        "crowd-radio-group",
        "crowd-rekognition-detect-moderation-labels",
        "crowd-semantic-segmentation",
        "crowd-slider",
        "crowd-tab",
        "crowd-tabs",
        "crowd-text-area",
        "crowd-text-ranking",
        "crowd-textract-analyze-document",
        "crowd-toast",
        "crowd-toggle-button",
    }
)
_REGIONS = frozenset(
    {
        "classification-target",
        "detailed-instructions",
        "full-instructions",
        "negative-example",
        "positive-example",
        "short-instructions",
        "short-summary",
    }
)
_SHOWN = ("src", "poster")  # attributes that a browser fetches by itself
_DEFINED = re.compile(r"""customElements\s*\.\s*define\s*\(\s*["'`]([\w-]+)""")
_ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_ESCAPES = {"escape", "escape_once"}
_BARE = {"to_json", "skip_autoescape"}  # Ground Truth: what these give is not escaped
_FILTERS = {"grant_read_access", *_BARE}  # Ground Truth's own, beside Liquid's
_BLOCKS = {"if", "unless", "for", "case", "capture", "tablerow", "ifchanged"}
_WORDS = 80  # characters of a template's own words in a remark


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One thing about a template: its line (from 1; 0 is the template as a whole), whether it is an
    error, and the words for people.
    """

    line: int
    error: bool
    words: str


def check_template(source: str) -> tuple[Remark, ...]:
    """Everything that is to be said of a template, errors first, then by line."""
    if len(source) > PAGE_LIMIT:
        return (_too_long(source),)
    markup = read_markup(source)
    fault = _liquid_fault(source, markup)
    if fault is not None:
        return (fault,)
    found = {remark for look in _LOOKS for remark in look(markup)}
    return tuple(sorted(found, key=lambda one: (not one.error, one.line, one.words)))


def _too_long(source: str) -> Remark:
    return _error(
        0,
        f"The template has {len(source):,} characters; SageMaker takes {PAGE_LIMIT:,}. Shorten "
        "it, or keep large scripts and styles in S3 and link them by | grant_read_access.",
    )


def _liquid_fault(source: str, markup: Markup) -> Remark | None:
    """Where its Liquid does not parse."""
    words = _parsed(source)
    if words is None:
        return _included(markup)
    line, why = words
    if not line:
        line, why = _place_of_fault(markup, why)
    return _error(line, f"The Liquid cannot be read: {why}.")


def _parsed(liquid: str) -> tuple[int, str] | None:
    """Nothing where it parses; else the line (0 where the library does not say) and why not."""
    # 0.2 s that a bot nobody asks for this does not pay
    from liquid import Environment  # noqa: PLC0415
    from liquid.exceptions import LiquidError  # noqa: PLC0415

    try:
        Environment().from_string(liquid)
    except LiquidError as error:
        start = getattr(error.token, "start_index", -1)
        line = 0
        if start >= 0:
            line = liquid.count("\n", 0, start) + 1
        return line, " ".join(str(error.message or type(error).__name__).split())
    except RecursionError:
        return 0, "it nests too deeply"
    return None


def _place_of_fault(markup: Markup, why: str) -> tuple[int, str]:
    """The first output or tag that does not parse alone, else the block that stays open; its line
    (0 for neither) and why.

    The library tells no place where an expression ends too soon or a block has no end.
    """
    for output in markup.outputs:
        if _parsed(output.text):
            return output.line, f"{cut(output.text, _WORDS)}: {why}"
    open_blocks: list[Tag] = []
    for tag in markup.tags:
        if tag.name in _BLOCKS:
            if _parsed(f"{tag.text}{{% end{tag.name} %}}"):
                return tag.line, f"{cut(tag.text, _WORDS)}: {why}"
            open_blocks.append(tag)
        elif tag.name.startswith("end") and open_blocks:
            open_blocks.pop()
        elif tag.name == "assign" and _parsed(tag.text):
            return tag.line, f"{cut(tag.text, _WORDS)}: {why}"
    if open_blocks:
        last = open_blocks[-1]
        return last.line, f"{cut(last.text, _WORDS)} has no {{% end{last.name} %}}"
    return 0, why


def _included(markup: Markup) -> Remark | None:
    """A tag that wants another file."""
    for tag in markup.tags:
        if tag.name in {"include", "render"}:
            words = f"{{% {tag.name} %}} has nothing to include: a template stands alone"
            return _error(tag.line, f"{words}. Copy the other text in.")
    return None


def _nothing_submits(markup: Markup) -> Iterator[Remark]:
    """Whether workers could hand in an answer at all."""
    names = {element.name for element in markup.elements}
    scripts = "\n".join(markup.scripts)
    if not names & {FORM, _SELF_SUBMITTING} and FORM not in scripts:
        yield _error(
            0,
            "Nothing on this page hands in an answer. Put what workers fill in between "
            "<crowd-form> and </crowd-form>.",
        )
    elif not _loads_library(markup) and _LIBRARY not in scripts:
        yield _error(
            0,
            "The page does not load AWS's elements, so nothing on it hands in an answer. Begin it "
            f'with <script src="{_HOME}{_LIBRARY}.js"></script>.',
        )


def _loads_library(markup: Markup) -> bool:
    """Whether a script is AWS's, or of an address that only the task knows."""
    return any(
        _LIBRARY in element.attributes.get("src", "") or element.outputs.get("src")
        for element in markup.elements
        if element.name == "script"
    )


def _in_the_form(markup: Markup) -> Iterator[Remark]:
    """Elements that submit by themselves, and so not in a form."""
    for element in markup.elements:
        if element.name == _SELF_SUBMITTING and element.in_form:
            words = f"{element.name} hands in its answer by itself, so AWS wants it outside of"
            yield _warning(element.line, f"{words} crowd-form. Take the form away.")


def _outside_scripts(markup: Markup) -> Iterator[Remark]:
    """Scripts of somebody else's address."""
    for element in markup.elements:
        address = element.attributes.get("src", "").strip()
        if element.name != "script" or not address or address.startswith(_HOME):
            continue
        if element.outputs["src"]:
            continue  # an address that the template's owner made, such as a granted one
        if _ELSEWHERE.match(address):
            yield _warning(
                element.line,
                f"The script {cut(address, _WORDS)} is somebody else's: it sees every object and "
                "every answer, and may change or be gone. Copy it into the template.",
            )
        else:
            yield _warning(
                element.line,
                f"The script {cut(address, _WORDS)} has no complete address, and nothing lies "
                "beside a template. Copy it into the template.",
            )


def _unknown_elements(markup: Markup) -> Iterator[Remark]:
    """Elements that neither AWS's script nor the page itself defines."""
    known = _ELEMENTS | _REGIONS | set(_DEFINED.findall("\n".join(markup.scripts)))
    told: set[str] = set()
    for element in markup.elements:
        if "-" not in element.name or element.name in known | told:
            continue
        told.add(element.name)
        near = nearest(element.name, known)
        meant = f" Did you mean {near[0]}?" if near else " Browsers show only what is in it."
        yield _warning(
            element.line, f"{cut(element.name, _WORDS)} is no element of AWS's that we know.{meant}"
        )


def _ungranted(markup: Markup) -> Iterator[Remark]:
    """Pictures, sounds and films that no worker's browser could fetch."""
    for element in markup.elements:
        if element.name in {"script", "iframe"}:  # these show pages of other addresses
            continue
        for name in _SHOWN:
            for output in element.outputs.get(name, ()):
                if "grant_read_access" not in output.filters:
                    yield _warning(
                        output.line,
                        f"{element.name} gets {cut(output.text, _WORDS)} as it is: a browser "
                        "cannot open an object in S3. Write | grant_read_access before the braces "
                        "close.",
                    )
            if element.attributes.get(name, "").strip().startswith("s3://"):
                address = element.attributes[name].strip()
                yield _warning(
                    element.line,
                    f"A browser cannot open {cut(address, _WORDS)}. Write "
                    "{{ 's3://…' | grant_read_access }} in its place.",
                )


def _unescaped(markup: Markup) -> Iterator[Remark]:
    """JSON that would end the attribute which it stands in."""
    for element in markup.elements:
        for name, outputs in element.outputs.items():
            for output in outputs:
                bare = [each for each in output.filters if each in _BARE | _ESCAPES]
                if bare and bare[-1] in _BARE:
                    yield _warning(
                        output.line,
                        f"{cut(output.text, _WORDS)} is not escaped: a quotation mark in it would "
                        f"end the attribute {name} of {element.name}. Write | escape before the "
                        "braces close.",
                    )


def _unknown_filters(markup: Markup) -> Iterator[Remark]:
    """Filters that neither Liquid nor Ground Truth has."""
    from liquid import Environment  # noqa: PLC0415 - as above

    known = {*Environment().filters, *_FILTERS}
    for output in markup.outputs:
        for name in output.filters:
            if name not in known:
                near = nearest(name, known)
                meant = f" Did you mean {near[0]}?" if near else ""
                yield _warning(
                    output.line,
                    f"Ground Truth documents no filter {cut(name, _WORDS)}.{meant}",
                )


def _error(line: int, words: str) -> Remark:
    return Remark(line, error=True, words=words)


def _warning(line: int, words: str) -> Remark:
    return Remark(line, error=False, words=words)


_LOOKS: tuple[Callable[[Markup], Iterator[Remark]], ...] = (
    _nothing_submits,
    _in_the_form,
    _outside_scripts,
    _unknown_elements,
    _ungranted,
    _unescaped,
    _unknown_filters,
)
