"""What was found wrong with the lines of a manifest, kept small and said in sentences (pure).

Promises to cards and records: a finding has Rekognition's code (or one of ours, in lower case), the
true number of lines and the first few of them; sentences name lines, reason and remedy.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from bot.manifests.examine import Examination
from bot.manifests.json_lines import LineFault
from bot.manifests.rekognition_codes import CODES, KINDS
from bot.manifests.wording import WHOLE_FILE, Kind, sentence

LINES_KEPT = 20
# ours: sent, and never seen again; each but the first names a likely cause
VANISHED = "vanished"
NO_PICTURE, LARGE_PICTURE = "vanished_no_picture", "vanished_large_picture"
STRANGE_PICTURE, SIDES_OF_PICTURE = "vanished_strange_picture", "vanished_sides_of_picture"
FULL, MAYBE_FULL = "dataset_full", "dataset_maybe_full"  # ours: no room for more pictures
LOST = {VANISHED, NO_PICTURE, LARGE_PICTURE, STRANGE_PICTURE, SIDES_OF_PICTURE}

# These fail a training from the dataset and not its import: pictures and labels may still be added
# to it.
TRAINING_ONLY = {
    "ERROR_MANIFEST_TOO_FEW_LABELS",
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
}

TOO_MANY = ("ERROR_TOO_MANY_RECORDS_IN_ERROR", "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST")
"""More than 20 % of the lines are wrong: for an import, and for a training."""

_OURS = {
    VANISHED: Kind(
        "was sent and did not arrive",
        "were sent and did not arrive",
        "AWS gives no reason for such lines, and the likely cause is not known: send them again.",
    ),
    NO_PICTURE: Kind(
        "did not arrive: its picture is not there",
        "did not arrive: their pictures are not there",
        "Put it there, or correct the address; upper and lower case matter.",
    ),
    LARGE_PICTURE: Kind(
        "did not arrive: its picture is larger than 15 MB",
        "did not arrive: their pictures are larger than 15 MB",
        "Make it smaller.",
    ),
    STRANGE_PICTURE: Kind(
        "did not arrive: its file is no PNG or JPEG",
        "did not arrive: their files are no PNG or JPEG",
        "Save it as one of the two.",
    ),
    SIDES_OF_PICTURE: Kind(
        "did not arrive: its picture is smaller than 64 or larger than 4,096 pixels",
        "did not arrive: their pictures are smaller than 64 or larger than 4,096 pixels",
        "Resize the picture and its boxes.",
    ),
    FULL: Kind(
        "The dataset has no room for these pictures{}.",
        "",
        "Take fewer of them, or make another project of them.",
    ),
    MAYBE_FULL: Kind(
        "is more than the 250,000 pictures that Rekognition takes in a set",
        "are more than the 250,000 pictures that Rekognition takes in a set",
        "Where AWS has raised that limit for your account (up to 500,000, without boxes) they fit; "
        "whether it has is not known here.",
    ),
}

Level = Literal["silent", "line", "warning", "file", "training"]


class Finding(msgspec.Struct, frozen=True):
    """One code: on how many lines, the first of them (none for the whole file), and a detail of the
    first. `left_out` says that such lines are not sent although AWS would keep them.
    """

    code: str
    count: int
    lines: tuple[int, ...] = ()
    detail: str = ""
    left_out: bool = False

    @property
    def level(self) -> Level:
        """Whether the line vanishes, is listed, is only warned of, or the whole import or a
        training fails.
        """
        if self.code in TRAINING_ONLY:
            return "training"
        if self.code in LOST or self.left_out:
            return "silent"
        if self.code in {FULL, MAYBE_FULL}:
            return "file" if self.code == FULL else "warning"
        return CODES[self.code].level if self.code in CODES else "line"


def of_examination(found: Examination, *, faultless: bool = False) -> tuple[Finding, ...]:
    """The findings of an examination: those of the whole file first.

    `faultless` for lines that are sent without those with errors: they are left out then, and are
    never too many.
    """
    groups: dict[str, list[LineFault]] = {}
    for fault in found.faults:
        groups.setdefault(fault.code, []).append(fault)
    whole = [Finding(fault.code, 1, (), fault.text) for fault in found.terminal]
    lines = [_grouped(code, faults, found.counts[code]) for code, faults in groups.items()]
    if faultless:
        whole = [finding for finding in whole if finding.code not in TOO_MANY]
        lines = [
            msgspec.structs.replace(finding, left_out=finding.code.startswith("ERROR_"))
            for finding in lines
        ]
    return (*whole, *lines)


def droppable(findings: Iterable[Finding]) -> bool:
    """Whether nothing but the number of faulty lines stands against the import."""
    return {finding.code for finding in blocking(findings)} == {TOO_MANY[0]}


def of_lines(lines: Mapping[str, Sequence[int]], counts: Mapping[str, int]) -> tuple[Finding, ...]:
    """Findings from line numbers by code; `counts` has the true numbers (some lines may not be
    known).
    """
    return tuple(
        Finding(code, counts[code], tuple(lines.get(code, ())[:LINES_KEPT])) for code in counts
    )


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those for which Rekognition would reject the whole import."""
    return tuple(finding for finding in findings if finding.level == "file")


def words(finding: Finding) -> str:
    """One or two plain sentences: which lines, what is wrong, what to do. Detail may hold text from
    the file.
    """
    kind = _OURS.get(finding.code) or KINDS.get(finding.code) or _unknown(finding.code)
    if finding.level in {"file", "training"}:
        return sentence([LineFault(WHOLE_FILE, finding.code, finding.detail)], 1, kind)
    if not finding.lines:
        said = (
            f"1 line {kind.one}." if finding.count == 1 else f"{finding.count:,} lines {kind.many}."
        )
        return f"{said} {kind.remedy}".rstrip()
    first, *rest = finding.lines
    faults = [
        LineFault(first, finding.code, finding.detail),
        *(LineFault(line, finding.code, "") for line in rest),
    ]
    return sentence(faults, finding.count, kind)


def said_of_one(code: str) -> str:
    """What a code says of one line, and the remedy: it “Is blank. Remove blank lines.”."""
    kind = _OURS.get(code) or KINDS.get(code) or _unknown(code)
    return f"{kind.one[:1].upper()}{kind.one[1:]}. {kind.remedy}".rstrip()


def _grouped(code: str, faults: list[LineFault], total: int) -> Finding:
    return Finding(code, total, tuple(fault.line for fault in faults[:LINES_KEPT]), faults[0].text)


def _unknown(code: str) -> Kind:
    """A code that this version does not know is named as AWS names it."""
    return Kind(f"has the error {code}", f"have the error {code}", "")
