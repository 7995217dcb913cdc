"""What was asked for: where the labeled pictures are described, and which dataset they become
(pure).

Promises to form, accept and load: one value holds everything that a person decided, and each rule
says what is wrong with a part of it in the words of the remedy, or "".
"""

import re
from collections.abc import Iterable

import msgspec

from bot.base.as_typed import unseen_sign
from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.brought.brought import Brought

MANIFEST, JOB, COPY = "manifest", "job", "copy"  # origins; the others lie in `sources`
TRAIN, TEST = "TRAIN", "TEST"
LEAVE_OUT = "Leave every faulty line out"  # an answer of the form, as it is named in advice
TYPE_WORDS = {TRAIN: "training", TEST: "test"}
PROJECT_MAX = 255  # Rekognition: ProjectName 1..255
# ours: a dataset has no name at AWS; this one is shown in cards and typed after /dataset status
NAME_MAX = 100

_PROJECT = re.compile(r"[a-zA-Z0-9_.\-]+")
_EXTENSION = re.compile(r"[^/]\.[A-Za-z0-9]+$")


class Source(msgspec.Struct, frozen=True):
    """One dataset as it was asked for.

    `origin` names where its pictures and labels come from (`bot.datasets.sources`); `manifest_uri`
    describes them, given by a person or written by the bot of what lies at `place`, in the folder
    `store`. `brought` are files that are put there first. `more` holds an origin's answers that
    have no member of their own. `label_attribute` is the label to keep of a manifest that has
    several (None: the newest that can be imported); `pair` takes a label and metadata of another
    name for one. `told_below` is the (kind, id) of the
    subject in whose thread the dataset is told, for one made of a finished job; `job_asked_by` is
    who asked for that job. `action` is the rule that allowed it (see `bot.people.access`).
    `faultless` leaves out, too, the lines that Rekognition would keep and list with an error.
    """

    project: str = ""
    dataset_type: str = TRAIN
    manifest_uri: str = ""
    name: str = ""
    label_attribute: str | None = None
    pair: bool = False
    channel: str = ""
    team_id: str = ""
    asked_by: str = ""
    asked_by_name: str = ""
    told_below: tuple[str, str] | None = None
    job_asked_by: str = ""
    action: str = "create dataset"
    origin: str = MANIFEST
    place: str = ""
    store: str = ""
    more: dict[str, str] = {}
    brought: tuple[Brought, ...] = ()
    faultless: bool = False

    @property
    def given(self) -> str:
        """What the dataset was asked to be made of: the same for two of the same pictures."""
        return self.place or self.manifest_uri

    @property
    def called(self) -> str:
        """The name people use: the one given, else the project's."""
        return self.name or self.project

    @property
    def type_words(self) -> str:
        """`training` or `test`."""
        return TYPE_WORDS.get(self.dataset_type, self.dataset_type)

    @property
    def manifest(self) -> S3Uri:
        """The manifest's address.

        Raises:
            BadAddress: it has a fault.

        """
        return S3Uri.parse(self.manifest_uri)


def project_fault(name: str) -> str:
    """Rekognition's rules for ProjectName."""
    if not name:
        return "Name the Rekognition project, a new one or one that exists."
    if len(name) > PROJECT_MAX:
        return f"A project's name has at most {PROJECT_MAX} characters; this one has {len(name):,}."
    if not _PROJECT.fullmatch(name):
        return (
            "A project's name has letters from A to Z, digits, dots, hyphens and underscores only."
        )
    return ""


def type_fault(dataset_type: str) -> str:
    """A project has a training and a test set."""
    return "" if dataset_type in TYPE_WORDS else "Choose training or test."


def manifest_fault(address: str, allowed: Allowed) -> str:
    """A file with an extension, in a place that is open to the channel."""
    if not address:
        return "Give the manifest's address: s3://bucket/folder/output.manifest."
    if "?" in address or "#" in address:  # never repeated: a pasted link may hold a signature
        return (
            "Give the plain address (s3://bucket/folder/file), without a signature or other extras."
        )
    try:
        uri = S3Uri.parse(address)
    except BadAddress as error:
        return str(error)
    return _file(uri) or (
        ""
        if uri in allowed
        else f"The bot may not use {uri} in this channel. It may use: {allowed.words()}."
    )


def _file(uri: S3Uri) -> str:
    if uri.is_folder:
        return "This is a folder. Name the manifest file in it, for example output.manifest."
    if not _EXTENSION.search(uri.key):
        return (
            "The manifest's name needs an extension such as .manifest: Rekognition reads no other."
        )
    return ""


def both_sets_fault(wanted: Source, others: Iterable[Source]) -> str:
    """No picture in both sets of a project; `others` are the datasets that stand or are made."""
    for other in others:
        shared = other.project == wanted.project and _overlap(other.given, wanted.given)
        if shared and other.dataset_type != wanted.dataset_type:
            return (
                f"The {other.type_words} set of project {other.project} has these pictures, or "
                "some of them, and Rekognition takes no picture in both sets of a project. Name "
                "another project, or give other pictures: for a part of them, write some lines "
                "into a manifest of their own."
            )
    return ""


def _overlap(one: str, other: str) -> bool:
    """Whether both are the same, or one folder lies in the other."""
    if not (one.endswith("/") and other.endswith("/")):
        return one == other
    return one.startswith(other) or other.startswith(one)


def name_fault(name: str) -> str:
    """A name that fits a card and can be typed."""
    if len(name) > NAME_MAX:
        return f"A name has at most {NAME_MAX} characters; this one has {len(name):,}."
    if sign := unseen_sign(name):
        return f"The name holds a sign that nobody sees ({sign}). Type it again without."
    return ""
