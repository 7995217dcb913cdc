"""What was asked for when a model is to be trained (pure).

Promises to form, accept and train: one value holds everything that a person decided, and each rule
says what is wrong with a part of it in the words of the remedy, or "".
"""

import re
from collections.abc import Mapping

import msgspec

from bot.base.s3_uri import Allowed, BadAddress, S3Uri

OWN, SPLIT = "own", "split"  # the test set: the project's own, or a fifth of the training set
VERSION_MAX = 255  # Rekognition: VersionName 1..255
TAGS_MAX = 50  # Rekognition: tags of a resource; keys up to 128, values up to 256 characters
_TAG_KEY_MAX, _TAG_VALUE_MAX = 128, 256
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
_SIGNS = "letters, digits, blanks and _ . : / = + - @"
_VERSION = re.compile(r"[a-zA-Z0-9_.\-]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,2048}")  # Rekognition: KmsKeyId


class Training(msgspec.Struct, frozen=True):
    """One training as it was asked for. `tags` are lines `key=value` as they were typed.

    Where `copy_of` is the ARN of a model, nothing is trained: that model, of the project whose ARN
    is `copy_from`, is copied into the project.
    """

    project: str = ""
    version_name: str = ""
    test: str = OWN
    output_uri: str = ""
    kms_key: str = ""
    tags: str = ""
    agreed: bool = False
    channel: str = ""
    team_id: str = ""
    asked_by: str = ""
    asked_by_name: str = ""
    copy_of: str = ""
    copy_from: str = ""

    @property
    def called(self) -> str:
        """The model's name as people read it."""
        return f"{self.project} / {self.version_name}"

    @property
    def output(self) -> S3Uri:
        """Where AWS writes.

        Raises:
            BadAddress: it has a fault.

        """
        return S3Uri.parse(self.output_uri)


def project_fault(project: str) -> str:
    """One must be chosen."""
    return "" if project else "Choose the project whose datasets train the model."


def version_fault(name: str) -> str:
    """Rekognition's rules for VersionName."""
    if not name:
        return "Name the version, for example v1."
    if len(name) > VERSION_MAX:
        return f"A version's name has at most {VERSION_MAX} characters; this one has {len(name):,}."
    if not _VERSION.fullmatch(name):
        return (
            "A version's name has letters from A to Z, digits, dots, hyphens and underscores only."
        )
    return ""


def testing_fault(test: str) -> str:
    """A training needs a test set."""
    return "" if test in {OWN, SPLIT} else "Choose where the test set comes from."


def output_fault(address: str, allowed: Allowed) -> str:
    """A folder that is open to the channel."""
    if not address:
        return "Give a folder for what AWS writes about the training: s3://bucket/models/."
    try:
        uri = S3Uri.parse(address)
    except BadAddress as error:
        return str(error)
    if uri not in allowed:
        return f"The bot may not use {uri} in this channel. It may use: {allowed.words()}."
    return ""


def kms_fault(key: str) -> str:
    """A KMS key by its id, alias or ARN."""
    if not key or _KEY.fullmatch(key):
        return ""
    return "Give the id, alias or ARN of a KMS key, or leave it empty."


def read_tags(text: str) -> Mapping[str, str]:
    """The tags of lines `key=value`; a line without = is a key without a value."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {key.strip(): value.strip() for key, _equals, value in lines}


def tags_fault(text: str) -> str:
    """AWS's rules for tags."""
    tags = read_tags(text)
    if len(tags) > TAGS_MAX:
        return f"{TAGS_MAX} tags at most; these are {len(tags)}."
    for key, value in tags.items():
        if not key:
            return "Write each tag on a line of its own, like team=orchard."
        if key.lower().startswith("aws:"):
            return f"“{key[:40]}”: tags that begin with aws: are reserved."
        if len(key) > _TAG_KEY_MAX or not _TAG.fullmatch(key):
            return f"“{key[:40]}”: a tag's key has 1 to {_TAG_KEY_MAX} {_SIGNS}."
        if len(value) > _TAG_VALUE_MAX or not _TAG.fullmatch(value):
            return f"“{key[:40]}”: a tag's value has up to {_TAG_VALUE_MAX} {_SIGNS}."
    return ""


def agreed_fault(agreed: bool) -> str:
    """Training costs money, so it is confirmed."""
    return "" if agreed else "Tick this to begin: AWS bills the hours of training."
