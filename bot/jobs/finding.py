"""What a check finds out about a draft (pure)."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a finding means for the launch."""

    FINE = "fine"
    LOOK_AT = "look at"
    BLOCKS = "blocks"


class Finding(msgspec.Struct, frozen=True):
    """One thing found out, in words that end with the remedy where there is one.

    `field` is the draft's member where it is shown ("" for the check's own); `fix` names what the
    bot can do about it by a press ("" for nothing).
    """

    kind: Kind
    words: str
    field: str = ""
    fix: str = ""
