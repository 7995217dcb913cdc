"""A picture of a worker's page, as a browser of this machine draws it.

Promises to the preview: the browser fetches nothing but the pictures that the page links to with a
signature, and the elements that worker pages are made of.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from bot.base.chromium import Chromium

ELEMENTS = "https://assets.crowd.aws/crowd-html-elements.js"
_TAG = re.compile(
    r"<script[^>]*\bsrc\s*=\s*[\"']?https://assets\.crowd\.aws/crowd-html-elements[^>]*>"
    r"\s*</script\s*>",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"https?://[^\"'<>\s]*X-Amz-Signature=[^\"'<>\s]*")


@dataclass(frozen=True, slots=True)
class PagePictures:
    """Takes pictures of worker pages. `elements` is where their elements are loaded from: AWS's
    own, or a module that stands for them.
    """

    chromium: Chromium
    elements: str = ELEMENTS

    @classmethod
    def of(cls, chromium: str, elements: str) -> "PagePictures | None":
        """By the settings; None where this machine has no Chromium, or shall use none."""
        found = Chromium.of(chromium)
        return cls(found, elements or ELEMENTS) if found else None

    def of_page(self, page: str, step: Callable[[], None]) -> bytes:
        """A PNG of a rendered page; `step` is called as it goes on.

        Raises:
            NoPicture: see `Chromium.picture`.

        """
        if self.elements != ELEMENTS:
            tag = f'<script type="module" src="{html.escape(self.elements)}"></script>'
            page = _TAG.sub(lambda _found: tag, page)
        # a page beside the elements: what they load besides is of their own origin
        address = urljoin(self.elements, "/labeljob-preview")
        return self.chromium.picture(page, address, self._reached(page), step=step)

    def _reached(self, page: str) -> set[str]:
        signed = {html.unescape(one) for one in _SIGNED.findall(page)}
        parts = urlsplit(self.elements)
        return {*signed, f"{parts.scheme}://{parts.netloc}/"}
