"""What a screen reader and tired eyes need of a page, checked in its DOM: names, roles, references,
contrast, width.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["complaints", "stops"]

_CHECKS = Path(__file__).with_suffix(".js").read_text()
_FOCUSED = r"""
() => {
  let el = document.activeElement;
  if (!el || el === document.body) return null;
  const style = getComputedStyle(el), box = el.getBoundingClientRect();
  const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow
    !== "none";
  const near = [el, el.parentElement, el.parentElement?.parentElement,
    el.nextElementSibling].filter(Boolean);
  const marked = near.some((e) => ring(getComputedStyle(e)));
  const all = [...document.querySelectorAll("*")];
  return { at: all.indexOf(el), marked, shown: box.width > 0 && box.height > 0 && style.visibility
    === "visible",
    html: el.outerHTML.replace(/\s+/g, " ").slice(0, 140) };
}
"""


def complaints(page: Page) -> list[str]:
    """What is wrong on the page as it stands; empty when nothing is."""
    found: list[str] = page.evaluate(_CHECKS)
    return found


def stops(page: Page, most: int = 80) -> list[dict[str, Any]]:
    """Where Tab stops, from the top of the page on, until it comes round: order, whether seen and
    marked.
    """
    page.evaluate(
        "() => { document.activeElement?.blur(); window.getSelection()?.removeAllRanges(); }"
    )
    found: list[dict[str, Any]] = []
    outside = 0
    while len(found) < most and outside < 2:
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None:
            # After the last one the focus is the browser's for a moment; the next Tab begins at the
            # top.
            outside += 1
        elif any(stop["at"] == before["at"] for before in found):
            break
        else:
            found.append(stop)
    return found
