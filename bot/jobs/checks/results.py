"""Can the results be written: the place is there, it is not another job's, and it takes what the
bot writes.

A place that a KMS key or a policy of the bucket locks is found by writing alone: a small object is
written and removed again, always the same, so that not more than one stays where the bot may not
remove.
"""

from contextlib import suppress

from bot.base.aws import AwsRefused
from bot.base.s3_uri import S3Uri
from bot.base.storage import NoBucket
from bot.jobs.checks.check import (
    FINE,
    FORM_OBJECTS,
    REVIEW_PAGE,
    Check,
    Held,
    Seen,
    Sight,
    blocks,
)
from bot.jobs.draft import STORE, Draft


def _reach(draft: Draft, sight: Sight) -> Seen:
    with suppress(NoBucket):  # the review says so, where it can be made by a press
        sight.storage.probe(S3Uri.parse(draft.output_uri))
    return FINE


def _reach_files(draft: Draft, sight: Sight) -> Seen:
    with suppress(NoBucket):  # as above
        sight.storage.probe(S3Uri.parse(draft.input_uri))
    return FINE


def _own_folder(draft: Draft, held: Held) -> Seen:
    words = held.folder_fault(draft)
    return blocks(words) if words else FINE


def _write(draft: Draft, sight: Sight) -> Seen:
    place = S3Uri.parse(draft.output_uri)
    try:
        sight.storage.try_writing(place.join("labeljob", "doctor-review"))
    except AwsRefused as refusal:
        return blocks(
            f"The bot cannot write to {place}. {refusal.words} Where a KMS key seals the bucket, "
            "its role needs kms:GenerateDataKey and kms:Decrypt on that key too. Or choose another "
            "place for the results."
        )
    return FINE


REACHED = Check(
    name="the place for results is there",
    place=3,
    page=1,
    field="output_uri",
    words="the place for results",
    ask=_reach,
    fine="place for the results",
    before_launch=False,  # the bot's own files are written there first
)
FILES_REACHED = Check(
    name="the place for files is there",
    place=17,
    page=1,
    field=STORE,
    words="the place for the files",
    ask=_reach_files,
    applies=lambda draft, _sight: bool(draft.brought and draft.more.get(STORE)),
    needs=("output_uri", "input_uri"),
    before_launch=False,  # as above
)
OWN_FOLDER = Check(
    name="results have a folder of their own",
    place=4,
    page=1,
    field="output_uri",
    words="whose folder it is",
    ask=lambda draft, sight: _own_folder(draft, sight.held),
    fine="a folder of its own for the results",
    at_submit=_own_folder,
)
WRITTEN = Check(
    name="results can be written",
    place=10,
    page=REVIEW_PAGE,
    field="output_uri",
    words="whether the results can be written",
    ask=_write,
    fine="writing of results",
    applies=lambda _draft, sight: sight.look.most != FORM_OBJECTS,  # nobody waits for a writing
    before_launch=False,  # as above
)
