"""The lines of a manifest as the entries of a dataset: made before the import, compared after it
(pure).

Promises to load: what is sent is exactly what was examined, and every picture lies in an allowed
place. Promises to watch: lines that AWS dropped or lists with errors are named by their numbers in
the manifest as it was given.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from bot.base.s3_uri import S3Uri
from bot.datasets.findings import LINES_KEPT, LOST, VANISHED, Finding, of_lines
from bot.datasets.lines import Outcome
from bot.datasets.source import Source
from bot.manifests.convert import converted_lines
from bot.manifests.json_lines import numbered
from bot.manifests.rekognition_codes import AT_TRAINING, UNSETTLED

# Ground Truth: <output>/<job>/manifests/output/output.manifest
_GROUND_TRUTH_TAIL = "/manifests/output"
_OURS = "labeljob"  # the folder of what the bot writes
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")
_NAME_MAX = 60  # ours: letters of a dataset's name in a file's


class _Picture(msgspec.Struct, rename={"source": "source-ref"}):
    source: str


# here, and not when it is needed: see bot.datasets.records
_PICTURE = msgspec.json.Decoder(_Picture)


@dataclass(slots=True)
class Made:
    """What became of a manifest on its way to AWS; complete when `make` ends.

    `lines` are those that are sent, `outside` the pictures that lie outside the allowed places.
    """

    lines: int = 0
    outside: int = 0
    first_outside: str = ""


def make(  # noqa: PLR0913 - how the lines are chosen, as `convert` is told
    chunks: Iterable[bytes],
    made: Made,
    *,
    attribute: str | None,
    allowed: Container[object],
    pair: bool = False,
    faultless: bool = False,
) -> Iterator[bytes]:
    """The lines of the manifest to send, made of the given one and counted in `made`."""
    for line in converted_lines(chunks, attribute=attribute, pair=pair, faultless=faultless):
        source = _PICTURE.decode(line).source
        if S3Uri.parse(source) not in allowed:
            made.outside += 1
            made.first_outside = made.first_outside or source
        made.lines += 1
        yield line


def place(manifest: S3Uri, sha256: str, ending: str = ".manifest") -> S3Uri:
    """Where the made manifest lies, or what is told of its lines: beside the job's output, under a
    key with its own hash, so it never changes.
    """
    folder = manifest.key.rpartition("/")[0]
    if folder.rpartition("/")[2] == _OURS:
        return S3Uri(manifest.bucket, f"{folder}/{sha256}{ending}")
    if f"/{folder}".endswith(_GROUND_TRUTH_TAIL):
        folder = folder[: -len(_GROUND_TRUTH_TAIL.lstrip("/"))].rstrip("/")
    return S3Uri(manifest.bucket, folder).join(_OURS, f"{sha256}{ending}")


def written_place(source: Source, sha256: str) -> S3Uri:
    """Where the manifest lies that the bot wrote of a source: in the folder that was given for it,
    under the dataset's name and a part of its own hash.
    """
    name = _ODD.sub("-", source.called)[:_NAME_MAX]
    return S3Uri.parse(source.store).join(_OURS, f"{name}-{sha256[:16]}.manifest")


def same_pictures(sent: Iterable[bytes], found: Iterable[str]) -> bool:
    """Whether every picture found is one of the manifest that was sent, and there is one at all."""
    theirs = set(found)
    strange = set(theirs)
    for _, line in numbered(sent):
        if line:
            strange.discard(_PICTURE.decode(line).source)
    return bool(theirs) and not strange


class Pictures:
    """Which pictures there are, in a number for each: 250,000 addresses would be 40 MB."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._marks = frozenset(map(hash, sources))

    def __contains__(self, source: object) -> bool:
        return hash(source) in self._marks


def sources(sent: Iterable[bytes]) -> Iterator[str]:
    """The picture of every line of a manifest as it was sent."""
    return (_PICTURE.decode(line).source for _, line in numbered(sent) if line)


def compared(
    sent: Iterable[str], arrived: Container[str], listed: Mapping[str, Sequence[str]]
) -> tuple[int, dict[str, Sequence[str]]]:
    """Of the pictures sent to a dataset that has more: how many it does not have, and the codes
    that AWS lists for them.
    """
    missing, bad = 0, {}
    for source in sent:
        missing += source not in arrived
        if source in listed:
            bad[source] = listed[source]
    return missing, bad


@dataclass(slots=True)
class Numbered:
    """The codes of lines that were sent, counted, each with its first lines."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def through(self, found: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes, counted as they pass."""
        for each in found:
            if each.state != "left out":
                self._add(each)
            yield each

    def _add(self, outcome: Outcome) -> None:
        for code in dict.fromkeys(outcome.codes):
            self.counts[code] += 1
            first = self.lines.setdefault(code, [])
            if len(first) < LINES_KEPT:
                first.append(outcome.line)


def after_import(
    before: Sequence[Finding],
    numbered_: Numbered,
    *,
    missing: int,
    bad: Mapping[str, Sequence[str]],
) -> tuple[Finding, ...]:
    """What is to be said of the lines once AWS has read them.

    `missing` is how many of the lines sent AWS does not have, `bad` the codes it lists, by picture.
    `numbered_` has the lines of both (none when the manifest cannot be read any more: then numbers
    stand without lines). AWS's word on bad lines replaces ours.
    """
    counts = Counter(code for codes in bad.values() for code in set(codes))
    found = of_lines(numbered_.lines, dict(counts.most_common()))
    lost = {code: many for code, many in numbered_.counts.items() if code in LOST}
    unnumbered = missing - sum(lost.values())
    if unnumbered > 0:
        lost[VANISHED] = lost.get(VANISHED, 0) + unnumbered
    details = {finding.code: finding.detail for finding in before}
    told = tuple(
        msgspec.structs.replace(one, detail=details.get(one.code, ""))
        if _same_first(one, before)
        else one
        for one in found
    )
    kept = [finding for finding in before if _stays(finding) and finding.code not in counts]
    return (*kept, *of_lines(numbered_.lines, lost), *told)


def _stays(finding: Finding) -> bool:
    """Whether AWS's word on the lines of an import leaves ours as it was."""
    if finding.code in AT_TRAINING:
        return True
    return finding.level != "line" and finding.code not in UNSETTLED


def _same_first(finding: Finding, before: Sequence[Finding]) -> bool:
    """Whether our own detail speaks about the line that AWS's finding begins with."""
    return any(one.code == finding.code and one.lines[:1] == finding.lines[:1] for one in before)
