"""May the engine itself read the data and write the results: the bot's own rights say nothing of
the engine's.
"""

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import FORM_OBJECTS, REVIEW_PAGE, Check, Seen, Sight, look_at
from bot.jobs.checks.example_objects import one_of_each_bucket
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind


def _ask(draft: Draft, sight: Sight) -> Seen:
    rights = sight.engine.rights(_read(draft, sight), _results(draft))
    found = [Finding(Kind.BLOCKS, each) for each in rights.blocks]
    found += look_at(*rights.look_at)
    return Seen(tuple(found) or (Finding(Kind.FINE, rights.fine),))


def _read(draft: Draft, sight: Sight) -> list[S3Uri]:
    """What the engine reads: objects, where they are files, and the manifest."""
    given = S3Uri.parse(draft.input_uri)
    made = _results(draft).join("labeljob", "objects.manifest")
    manifest = made if given.is_folder else given
    objects = one_of_each_bucket(draft, sight) if sight.names_files(draft) else []
    return [*objects, manifest]


def _results(draft: Draft) -> S3Uri:
    return S3Uri.parse(draft.output_uri).join(draft.job_name)


ROLE = Check(
    name="the engine has its rights",
    place=9,
    page=REVIEW_PAGE,
    field="input_uri",
    words="the rights of the engine's own role",
    ask=_ask,
    needs=("output_uri", "job_name", "category", "task_type"),
    applies=lambda _draft, sight: sight.look.most != FORM_OBJECTS,  # several questions of 1.5 s
    before_launch=False,  # the engine finds out; a bot that cannot reach IAM launches all the same
)
