"""What was found out about the objects that a manifest names (pure).

Promises to the checks: it is counted in the order of the lines, so a look that was broken off goes
on behind the last line that is through; what is wrong is said with the numbers of its first lines.
"""

import msgspec

from bot.manifests.json_lines import LineFault
from bot.manifests.wording import Kind, sentence

BY_HEAD = ("missing", "empty", "large", "archived")
"""What blocks and is known of every object that is looked at, so that its lines can be dropped."""
BLOCKING = (*BY_HEAD, "strange", "pixels")
"""What Ground Truth fails an object for; everything else may be right."""
_KEPT = 200  # lines of each kind that are kept, to be named and dropped; all are counted


_KINDS = {  # {} is what an object is called; what blocks comes first
    "missing": Kind(
        "names a {} that is not there",
        "name {}s that are not there",
        "Check the spelling; upper and lower case, blanks and %20 matter.",
    ),
    "empty": Kind("names an empty {}", "name empty {}s", "Ground Truth fails what holds 0 bytes."),
    "large": Kind(
        "names a {} that is too large", "name {}s that are too large", "Ground Truth takes 40 MB."
    ),
    "archived": Kind(
        "names a {} in an archive",
        "name {}s in an archive",
        "Restore them in S3 first (Glacier); workers would see nothing.",
    ),
    "strange": Kind(
        "names a file that is no {}",
        "name files that are no {}s",
        "Ground Truth reads JPEG and PNG.",
    ),
    "pixels": Kind(
        "names a {} of too many pixels",
        "name {}s of too many pixels",
        "Ground Truth takes 100 million.",
    ),
    "wide": Kind(
        "names a {} that is too large for automated labeling",
        "name {}s that are too large for automated labeling",
        "People label them; the model takes 3,840 x 2,160 pixels, for masks 1,920 x 1,080.",
    ),
    "sealed": Kind(
        "names a {} that a KMS key seals",
        "name {}s that a KMS key seals",
        "The execution role needs kms:Decrypt on that key.",
    ),
    "closed": Kind(
        "names a {} that the bot may not read",
        "name {}s that the bot may not read",
        "Whether the execution role may is not known.",
    ),
    "turned": Kind(
        "names a {} that its EXIF data turn",
        "name {}s that their EXIF data turn",
        "Boxes are drawn on the turned picture; programs that ignore EXIF put them elsewhere.",
    ),
}


def _named(kind: Kind, noun: str) -> Kind:
    return Kind(kind.one.format(noun), kind.many.format(noun), kind.remedy)


class Thing(msgspec.Struct, frozen=True):
    """One line with which something is the matter; `text` says what is wrong here, if the kind does
    not say it all.
    """

    line: int
    code: str
    text: str = ""


class Looked(msgspec.Struct, frozen=True):
    """How far a look at the objects is and what it found.

    `of` objects are to be looked at, every `every`-th of the manifest; `done` were; `line` is the
    last that is through. `counts` has the true number of each code.
    """

    of: int = 0
    every: int = 1
    done: int = 0
    line: int = 0
    things: tuple[Thing, ...] = ()
    counts: dict[str, int] = {}

    def with_more(self, line: int, number: int, things: list[Thing]) -> "Looked":
        """The look with `number` more objects behind it, the last of them on `line`."""
        counts, kept = dict(self.counts), list(self.things)
        for thing in things:
            counts[thing.code] = counts.get(thing.code, 0) + 1
            if counts[thing.code] <= _KEPT:
                kept.append(thing)
        return msgspec.structs.replace(
            self, done=self.done + number, line=line, things=tuple(kept), counts=counts
        )

    @property
    def blocking(self) -> int:
        """How many objects would fail."""
        return sum(self.counts.get(code, 0) for code in BLOCKING)

    def sentences(self, noun: str) -> list[tuple[str, str]]:
        """(code, words) of each kind that was found, the blocking ones first."""
        return [
            (code, self._words(code, _named(kind, noun)))
            for code, kind in _KINDS.items()
            if code in self.counts
        ]

    def _words(self, code: str, kind: Kind) -> str:
        group = [LineFault(one.line, one.code, one.text) for one in self.things if one.code == code]
        return sentence(group, self.counts[code], kind)
