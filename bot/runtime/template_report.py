"""`labeljob template check`: what is wrong with a template in a file, for people or as JSON."""

import json
from dataclasses import asdict
from pathlib import Path

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.instructions.template_check import Remark, check_template


class UnreadableTemplate(Refusal):
    """This file cannot be read as a template."""


def run(path: str, *, as_json: bool = False) -> int:
    """Print what is to be said of the template; the exit code: 0 where it has no error.

    Raises:
        UnreadableTemplate: there is no such file, or it is not UTF-8.

    """
    remarks = check_template(_text(path))
    well = not any(one.error for one in remarks)
    if as_json:
        print(json.dumps(_told(remarks, well), indent=2, ensure_ascii=False))  # noqa: T201 - this is a command
    else:
        print("\n".join([*(_line(path, one) for one in remarks), _sum(remarks)]))  # noqa: T201 - as above
    return 0 if well else 1


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableTemplate(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        words = f"{path} is not UTF-8 (byte {error.start + 1:,}). Save it as UTF-8."
        raise UnreadableTemplate(words) from error


def _told(remarks: tuple[Remark, ...], well: bool) -> dict[str, object]:
    errors = [_plain(one) for one in remarks if one.error]
    warnings = [_plain(one) for one in remarks if not one.error]
    return {"ok": well, "errors": errors, "warnings": warnings}


def _plain(one: Remark) -> dict[str, object]:
    told = asdict(one)
    del told["error"]
    return told


def _line(path: str, one: Remark) -> str:
    place = f"{path}:{one.line}" if one.line else path
    kind = "error" if one.error else "warning"
    return f"{place}: {kind}: {one.words}"


def _sum(remarks: tuple[Remark, ...]) -> str:
    errors = sum(one.error for one in remarks)
    return f"{count(errors, 'error')}, {count(len(remarks) - errors, 'warning')}."
