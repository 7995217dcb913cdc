"""The cases that this folder keeps, each with its kind: what people of this field met with other
tools.

A case is one example of its kind; all are mended.
"""

LOCKED_OUT = "locked out"
PAID_FOR_AND_WASTED = "paid for and wasted"
RESULTS_CHANGED = "results refused or changed"
SILENT_OR_UNTRUE = "silent or untrue"
VALID_REFUSED = "valid input refused, or the check comes too late"
WORDS_POINT_WRONG = "words that point the wrong way"

CASES = {
    "usergroup-plan": LOCKED_OUT,
    "grid-home-workspace": LOCKED_OUT,
    "big-channel": LOCKED_OUT,
    "missing-pictures": PAID_FOR_AND_WASTED,
    "duplicates-untold": PAID_FOR_AND_WASTED,
    "left-out-untold": PAID_FOR_AND_WASTED,
    "relabel-attribute": PAID_FOR_AND_WASTED,
    "no-cors": PAID_FOR_AND_WASTED,
    "csv-texts": PAID_FOR_AND_WASTED,
    "half-pixel-boxes": RESULTS_CHANGED,
    "archived-end": SILENT_OR_UNTRUE,
    "clock-back": SILENT_OR_UNTRUE,
    "region-redirect": SILENT_OR_UNTRUE,
    "zwnj-labels": VALID_REFUSED,
    "emoji-title": VALID_REFUSED,
    "ampersand-example": VALID_REFUSED,
    "double-slash": VALID_REFUSED,
    "latin1-text": VALID_REFUSED,
    "expired-trigger": WORDS_POINT_WRONG,
    "kms-words": WORDS_POINT_WRONG,
    "dm-invite": WORDS_POINT_WRONG,
    "follow-arn": WORDS_POINT_WRONG,
    "quoted-names": WORDS_POINT_WRONG,
    "mentions-in-instructions": WORDS_POINT_WRONG,
}
