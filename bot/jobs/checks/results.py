"""Can the results be written: the place is there, and it is not another job's."""

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import FINE, Check, Held, Seen, Sight, blocks
from bot.jobs.draft import Draft


def _reach(draft: Draft, sight: Sight) -> Seen:
    sight.storage.probe(S3Uri.parse(draft.output_uri))
    return FINE


def _own_folder(draft: Draft, held: Held) -> Seen:
    words = held.folder_fault(draft)
    return blocks(words) if words else FINE


REACHED = Check(
    name="results can be written",
    place=3,
    page=1,
    field="output_uri",
    words="the place for results",
    ask=_reach,
    fine="place for the results",
    before_launch=False,  # the bot's own files are written there first
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
