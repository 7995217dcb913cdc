"""Worker templates: Liquid, rendered as Ground Truth renders it.

Promised to RenderUiTemplate and to the worker pages: a template never makes this code raise. What
goes wrong is told in a list beside whatever could be rendered, as the service tells it with HTTP
200. Every value is HTML-escaped unless the template says ``skip_autoescape`` or ``to_json``.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from liquid import Environment, Undefined
from liquid.exceptions import LiquidError, TemplateNotFoundError
from markupsafe import Markup, escape

__all__ = ["render"]


def render(
    content: str, task_input: Mapping[str, Any], grant: Callable[[str], str]
) -> tuple[str, list[tuple[str, str]]]:
    """Render a template with ``task.input``; gives the HTML and the errors as (code, message).

    ``grant`` turns an S3 URI into a short-lived address and may raise ValueError for one that is
    none.

    UNSURE: the codes of RenderingError are in no document.
    """
    errors: list[tuple[str, str]] = []

    def grant_read_access(value: object) -> str:
        if isinstance(value, Undefined) or value is None:
            errors.append(
                (
                    "MissingVariable",
                    "grant_read_access was given a value that the task does not have.",
                )
            )
            return ""
        try:
            return grant(str(value))
        except ValueError as fault:
            errors.append(("InvalidS3Uri", f"grant_read_access: {fault}"))
            return ""

    environment = _environment()
    environment.add_filter("grant_read_access", grant_read_access)
    try:
        html = environment.from_string(content).render(task={"input": task_input})
    except LiquidError as fault:
        where = f" (line {_line_of(content, fault)})" if _line_of(content, fault) else ""
        missing = isinstance(fault, TemplateNotFoundError)
        words = (
            f"there is no other template to include, such as {fault}"
            if missing
            else str(fault.message or fault)
        )
        errors.append(("TemplateError", f"{words}{where}"))
        return "", errors
    except RecursionError:
        errors.append(("TemplateError", "The template nests too deeply."))
        return "", errors
    return html, errors


def _environment() -> Environment:
    environment = Environment(autoescape=True)
    environment.add_filter("to_json", _to_json)
    environment.add_filter("escape", _escape)
    environment.add_filter("skip_autoescape", lambda value: Markup(_text(value)))  # noqa: S704 - the filter's purpose
    return environment


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, Undefined) else str(value)


def _to_json(value: object) -> Markup:
    """JSON, not escaped: inside a double-quoted attribute it needs ``| escape`` after it."""
    plain = None if isinstance(value, Undefined) else value
    return Markup(json.dumps(plain, ensure_ascii=False, default=str))  # noqa: S704 - as the service does


def _escape(value: object) -> Markup:
    """Always escapes, also what another filter has marked as safe: else ``to_json | escape`` would
    break attributes.
    """
    return escape(str(_text(value)))


def _line_of(content: str, fault: LiquidError) -> int:
    start = getattr(fault.token, "start_index", None)
    return content.count("\n", 0, start) + 1 if isinstance(start, int) and start >= 0 else 0
