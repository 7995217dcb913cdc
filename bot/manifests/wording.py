"""How faults of many lines become one sentence (pure): grouped by kind, with line numbers and a
remedy.

Promised to every report about a manifest: `Lines 17, 90, 91, 204 and 2 more are not JSON; line 17:
…`.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.manifests.json_lines import LineFault

WHOLE_FILE = 0  # the line number of a fault that belongs to the file, not to one of its lines


class Kind(NamedTuple):
    """A kind of fault: said of one line (or of the whole file), of several lines, and what to do
    about it.
    """

    one: str
    many: str
    remedy: str


def sentences(
    faults: list[LineFault], counts: Mapping[str, int], kinds: Mapping[str, Kind]
) -> Iterator[str]:
    """One or two sentences per kind of fault, in the order of their first lines.

    `counts` has the true number of each code (not all faults are kept).
    """
    groups: dict[str, list[LineFault]] = {}
    for fault in faults:
        groups.setdefault(fault.code, []).append(fault)
    for code, group in groups.items():
        yield sentence(group, counts.get(code, len(group)), kinds[code])


def sentence(group: list[LineFault], total: int, kind: Kind) -> str:
    """What is wrong with these lines and what to do; for the whole file `{}` in the words takes the
    detail.
    """
    first = group[0]
    if first.line == WHOLE_FILE:
        said = kind.one.format(first.text)
    elif total == 1:
        said = f"Line {first.line:,} {kind.one}" + (f": {first.text}." if first.text else ".")
    else:
        said = f"Lines {places([fault.line for fault in group], total)} {kind.many}"
        said += f"; line {first.line:,}: {first.text}." if first.text else "."
    return f"{said} {kind.remedy}".rstrip()


def places(numbers: list[int], total: int, shown: int = 4) -> str:
    """`17, 90, 91, 204 and 2 more`, `3 and 9`."""
    listed = [f"{number:,}" for number in numbers[:shown]]
    if total > len(listed):
        return f"{', '.join(listed)} and {total - len(listed):,} more"
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
