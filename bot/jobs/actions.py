"""What people can do with labeling jobs and labeling teams (pure): a list of actions, each with its
facts.

What an action does lies in `commands/labeljob/<word>.py`, `commands/labelteam/<word>.py` for teams.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.base.blocks import cut
from bot.jobs import chained, finished, lifecycle
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState
from bot.people.action import Action, Button
from bot.people.rules import SEE, Role, Rule

LABELJOB, LABELTEAM = "/labeljob", "/labelteam"
_DATASET = 40  # characters of a dataset's name on a button


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as its card shows it."""

    job: JobFacts
    state: JobState


def _where(holds: Callable[[JobFacts, JobState], bool], words: str) -> Callable[[Shown], str]:
    """These words where it holds, no button elsewhere."""
    return lambda shown: words if holds(shown.job, shown.state) else ""


def can_stop(job: JobFacts, state: JobState) -> bool:
    """Whether Stop works now."""
    going = state.state in (lifecycle.ASKED, lifecycle.LAUNCHING, *lifecycle.STOPPABLE)
    return going and not job.read_only and (not job.stop_wanted or bool(job.set_aside))


def can_show(_job: JobFacts, state: JobState) -> bool:
    """Whether there are results to look at."""
    over = state.state in {lifecycle.COMPLETED, lifecycle.STOPPED, lifecycle.FAILED}
    return over and state.labeled > 0


def can_retry(job: JobFacts, state: JobState) -> bool:
    """Whether the job was set aside and can be resumed, or waits for its next try."""
    return bool(job.set_aside or job.next_try) and not state.ended


def can_fix(job: JobFacts, state: JobState) -> bool:
    """Whether the job was refused before it was launched: its name is free again."""
    return state.state == lifecycle.REFUSED and not job.read_only


def can_take_over(job: JobFacts, state: JobState) -> bool:
    """Whether it is followed and goes on."""
    return job.read_only and not state.ended


def can_send(job: JobFacts, state: JobState) -> bool:
    """Whether it is a streaming job that takes objects."""
    going = state.state in lifecycle.STOPPABLE and not job.stop_wanted
    return state.stream is not None and going


def is_fed(job: JobFacts, state: JobState) -> bool:
    """Whether a folder feeds it, and it goes on."""
    return can_send(job, state) and state.stream is not None and state.stream.fed


def can_label(job: JobFacts, state: JobState) -> bool:
    """Whether there is a portal to open and something to do in it."""
    return bool(job.portal_url) and state.state == lifecycle.IN_PROGRESS


def _put_back(shown: Shown) -> str:
    """Into which dataset the labels can be put; "" for none."""
    if not finished.can_put_back(shown.job, shown.state):
        return ""
    return f"Put into dataset {cut(shown.job.into, _DATASET)}"


CREATE: Action[Shown] = Action(
    command=LABELJOB,
    word="create",
    usage="create",
    help="ask for a labeling job: one page and its review",
    right="create",
    first="create",
    rule=Rule(Role.MEMBER, words="ask for labeling jobs here"),
)
STATUS_BUTTON: Button[Shown] = Button(
    id="job_status",
    text=lambda _shown: "Status",
    place=7,
    spoken="Status of {}",
    tucked=lambda _shown: True,
)
STOP_BUTTON: Button[Shown] = Button(
    id="job_stop",
    text=_where(can_stop, "Stop…"),
    place=8,
    spoken="Stop {}",
    tucked=lambda _shown: True,
)
PORTAL_ID = "open_portal"  # a link: Slack sends the press all the same, it wants an empty answer
QUEUE_INSTRUCTIONS_ID = "queue_instructions"

STATUS: Action[Shown] = Action(
    command=LABELJOB,
    word="status",
    usage="status [name]",
    help="how a job of this channel goes, to you alone",
    right="see",
    first="see",
    rule=SEE,
    about="the job to look at",
    mention="status",
    button=STATUS_BUTTON,
)
LIST: Action[Shown] = Action(
    command=LABELJOB,
    word="list",
    usage="list [words]",
    help="every job of this channel, or those that fit: mine, open, done, failed, bounding box",
    right="see",
    first="see",
    rule=SEE,
    mention="list",
)
RESULTS: Action[Shown] = Action(
    command=LABELJOB,
    word="results",
    usage="results name",
    help="the results of a job that is over, counted and drawn, in your direct messages",
    right="see",
    first="see",
    rule=SEE,
    about="the job whose results to look at",
    unnamed="Name the job: /labeljob results name. /labeljob list done shows them.",
    mention="results",
    button=Button(
        id="job_results", text=_where(can_show, "Results"), place=1, spoken="Results of {}"
    ),
)
EXPORT: Action[Shown] = Action(
    command=LABELJOB,
    word="export",
    usage="export name",
    help="the labels of a job that is over as COCO, YOLO, VOC, CSV …, or the ledger of its objects",
    right="see",
    first="see",
    rule=SEE,
    about="the job whose labels to export",
    unnamed="Name the job: /labeljob export name. /labeljob list done shows them.",
)
REPORT: Action[Shown] = Action(
    command=LABELJOB,
    word="report",
    usage="report name",
    help="one page about a job that is over: settings, instructions, counts, agreement, pictures",
    right="see",
    first="see",
    rule=SEE,
    about="the job to report on",
    unnamed="Name the job: /labeljob report name. /labeljob list done shows them.",
)
STOP: Action[Shown] = Action(
    command=LABELJOB,
    word="stop",
    usage="stop name",
    help="stop a job; what is labeled is kept",
    right="stop",
    first="see",
    rule=Rule(Role.MANAGER, asker_too=True, words="stop this job"),
    about="the job to stop",
    unnamed="Name the job to stop: /labeljob stop name. /labeljob list shows the names.",
    mention="stop",
    button=STOP_BUTTON,
)
RETRY: Action[Shown] = Action(
    command=LABELJOB,
    word="retry",
    usage="retry name",
    help="resume a job that was paused after errors, or try one now that waits",
    right="retry",
    first="see",
    rule=Rule(Role.MANAGER, asker_too=True, words="try this job again"),
    about="the job to try again",
    unnamed="Name the job to try again: /labeljob retry name. /labeljob list shows them.",
    mention="retry",
    button=Button(
        id="job_retry", text=_where(can_retry, "Try again"), place=2, spoken="Try {} again"
    ),
)
FOLLOW: Action[Shown] = Action(
    command=LABELJOB,
    word="follow",
    usage="follow name",
    help="show a job that was made in the {place} console or by a script",
    right="follow",
    rule=Rule(Role.MEMBER, words="follow a labeling job here"),
    mention="follow name",
)
HELP: Action[Shown] = Action(
    command=LABELJOB, word="help", usage="help", help="these words", mention="help"
)
TAKE_OVER: Action[Shown] = Action(
    right="take over",
    rule=Rule(Role.MANAGER, words="take over this job"),
    button=Button(
        id="job_take_over",
        text=_where(can_take_over, "Take over"),
        place=4,
        spoken="Take over {}",
    ),
)
INSTRUCTIONS: Action[Shown] = Action(
    right="read instructions",
    rule=Rule(Role.LABELER, words="read the instructions", inside=True),
    button=Button(
        id="job_instructions",
        text=_where(lambda job, _state: not job.read_only, "Instructions"),
        place=5,
        tucked=lambda shown: shown.state.ended,
        queue_id=QUEUE_INSTRUCTIONS_ID,
    ),
)
PORTAL: Action[Shown] = Action(
    button=Button(
        id=PORTAL_ID,
        text=_where(can_label, "Open portal"),
        place=6,
        url=lambda shown: shown.job.portal_url,
    ),
)
PUT_BACK: Action[Shown] = Action(
    right="add to dataset",  # as /dataset add: in the dataset's channel
    rule=Rule(Role.MANAGER, asker_too=True, words="add to this dataset"),
    button=Button(
        id="job_put_back",
        text=_put_back,
        place=2,
        spoken="Put the labels of {} into the dataset of its pictures",
    ),
)
MAKE_DATASET: Action[Shown] = Action(
    right="import",
    rule=Rule(Role.MANAGER, asker_too=True, words="make a dataset of this job"),
    button=Button(
        id="job_make_dataset",
        text=lambda shown: finished.offer(shown.job, shown.state),
        place=3,
    ),
)
FIX: Action[Shown] = Action(
    right="fix",
    rule=Rule(Role.MANAGER, asker_too=True, words="fix this job"),
    button=Button(
        id="job_fix", text=_where(can_fix, "Fix and retry"), place=2, spoken="Fix and retry {}"
    ),
)
DUPLICATE: Action[Shown] = Action(
    right="duplicate",
    rule=Rule(Role.MEMBER, words="ask for labeling jobs here"),
    button=Button(
        id="job_duplicate",
        text=lambda _shown: "Duplicate",
        place=9,
        spoken="Duplicate {}",
        tucked=lambda _shown: True,
    ),
)
LOG: Action[Shown] = Action(
    command=LABELJOB,
    word="log",
    usage="log name [words]",
    help="what {place} noted about a job, newest first, or the notes with these words",
    right="see",
    first="see",
    rule=SEE,
    about="the job whose log to read",
    unnamed="Name the job whose log to read: /labeljob log name. /labeljob list shows the names.",
    words=True,
    mention="log",
    button=Button(
        id="job_log",
        text=_where(lambda job, _state: job.has_log, "Log"),
        place=10,
        spoken="Log of {}",
        tucked=lambda _shown: True,
    ),
)
PREVIEW: Action[Shown] = Action(
    command=LABELJOB,
    word="preview",
    usage="preview name",
    help="what workers see of a job, as a file in your direct messages",
    right="see",
    first="see",
    rule=SEE,
    about="the job to preview",
    unnamed="Name the job to preview: /labeljob preview name. /labeljob list shows the names.",
    button=Button(
        id="job_preview",
        text=_where(lambda job, state: job.has_preview and not state.ended, "Preview"),
        place=7,
        spoken="Preview of {}",
        tucked=lambda _shown: True,
    ),
)
PEOPLE: Action[Shown] = Action(
    command=LABELJOB,
    word="people",
    usage="people name",
    help="what the people of a job that is over did, for managers",
    right="people",
    first="people",
    rule=Rule(Role.MANAGER, words="see what people did"),
    about="the job whose people to look at",
    unnamed="Name the job: /labeljob people name. /labeljob list done shows them.",
)
_CHAIN = Rule(Role.MEMBER, words="ask for labeling jobs here")


def _chained(how: str, words: str) -> Callable[[Shown], str]:
    """These words where this can come after the job."""
    return _where(lambda job, state: chained.due(how, job.chains, state), words)


VERIFY: Action[Shown] = Action(
    command=LABELJOB,
    word="verify",
    usage="verify name",
    help="have the labels of a job that is over, or of a manifest in S3, judged by people",
    right="chain",
    first="see",
    rule=_CHAIN,
    about="the job whose labels are judged",
    unnamed=(
        "Name the job to verify: /labeljob verify name (/labeljob list done shows them), or a "
        "manifest with labels: /labeljob verify s3://bucket/folder/labels.manifest."
    ),
    address=True,
    button=Button(
        id="job_verify", text=_chained(chained.VERIFY, "Verify…"), place=3, spoken="Verify {}"
    ),
)
ADJUST: Action[Shown] = Action(
    command=LABELJOB,
    word="adjust",
    usage="adjust name",
    help="have the labels of a job that is over, or of a manifest in S3, corrected by people",
    right="chain",
    first="see",
    rule=_CHAIN,
    about="the job whose labels are corrected",
    unnamed=(
        "Name the job to adjust: /labeljob adjust name (/labeljob list done shows them), or a "
        "manifest with labels: /labeljob adjust s3://bucket/folder/labels.manifest."
    ),
    address=True,
    button=Button(
        id="job_adjust", text=_chained(chained.ADJUST, "Adjust…"), place=3, spoken="Adjust {}"
    ),
)
CONTINUE: Action[Shown] = Action(
    command=LABELJOB,
    word="continue",
    usage="continue name",
    help="label what a job that is over left without labels",
    right="chain",
    first="see",
    rule=_CHAIN,
    about="the job to go on with",
    unnamed="Name the job to go on with: /labeljob continue name. /labeljob list shows them.",
    button=Button(
        id="job_continue",
        text=_chained(chained.CONTINUE, "Continue…"),
        place=3,
        spoken="Continue {}",
    ),
)
AGAIN: Action[Shown] = Action(
    command=LABELJOB,
    word="again",
    usage="again name",
    help="label the objects of a job that is over once more, beside the labels they have",
    right="chain",
    first="see",
    rule=_CHAIN,
    about="the job to label again",
    unnamed="Name the job to label again: /labeljob again name. /labeljob list shows them.",
    button=Button(
        id="job_again",
        text=_chained(chained.AGAIN, "Label again…"),
        place=8,
        spoken="Label {} again",
        tucked=lambda _shown: True,
    ),
)
SEND: Action[Shown] = Action(
    command=LABELJOB,
    word="send",
    usage="send name [address]",
    help="send more objects to a streaming job: files, or what an S3 address names",
    right="send",
    first="see",
    rule=Rule(Role.MEMBER, words="send objects to jobs here"),
    about="the job to send to",
    unnamed="Name the job to send to: /labeljob send name. /labeljob list open shows them.",
    words=True,
    button=Button(id="job_send", text=_where(can_send, "Send…"), place=1, spoken="Send to {}"),
)
END_FEED: Action[Shown] = Action(
    right="end feed",
    rule=Rule(Role.MANAGER, asker_too=True, words="stop feeding this job"),
    button=Button(
        id="job_end_feed",
        text=_where(is_fed, "Stop feeding"),
        place=8,
        spoken="Stop feeding {}",
        tucked=lambda _shown: True,
    ),
)
DEFAULTS: Action[Shown] = Action(
    command=LABELJOB,
    word="defaults",
    usage="defaults",
    help="set what the forms of this channel begin with: results, people, key, tags",
    right="set defaults",
    first="set defaults",
    rule=Rule(Role.MANAGER, words="set what forms begin with"),
)
PRESETS: Action[Shown] = Action(
    command=LABELJOB,
    word="presets",
    usage="presets",
    help="the presets of this channel, which a form can start from",
    right="see",
    first="see",
    rule=SEE,
)
STORE: Action[Shown] = Action(
    command=LABELJOB,
    word="store",
    usage="store",
    help="make a place in S3 for data and results, and put files there",
    right="create",
    first="create",
    rule=CREATE.rule,
)
DELETE_PRESET = "delete preset"
DELETE_PRESET_RULE = Rule(Role.MANAGER, asker_too=True, words="delete this preset")
STATUS_SHORTCUT = "job_status"  # on any message of a job's thread; `manifest.yml` names it
LABEL_THESE_SHORTCUT = "label_these"  # on any message with files
SEND_THESE_SHORTCUT = "send_these"  # the same
SAVE_PRESET_ID = "job_preset"  # stands beside it, on the status of a job that is over
POST_STATUS_ID = "job_post_status"  # stands on what [Status] answers, not on the card

JOB_ACTIONS: tuple[Action[Shown], ...] = (
    CREATE,
    STATUS,
    LIST,
    RESULTS,
    EXPORT,
    REPORT,
    STOP,
    RETRY,
    FOLLOW,
    LOG,
    PREVIEW,
    VERIFY,
    ADJUST,
    CONTINUE,
    AGAIN,
    SEND,
    END_FEED,
    TAKE_OVER,
    INSTRUCTIONS,
    PORTAL,
    PUT_BACK,
    MAKE_DATASET,
    FIX,
    DUPLICATE,
    DEFAULTS,
    PRESETS,
    PEOPLE,
    STORE,
    HELP,
)

_TIE = Rule(Role.MANAGER, words="link a labeling team to a channel")
TEAM_LIST: Action[None] = Action(
    command=LABELTEAM,
    word="list",
    usage="list",
    help="the labeling teams of this {place} account",
    right="see",
    first="see",
    rule=SEE,
)
TEAM_HERE: Action[None] = Action(
    command=LABELTEAM,
    word="here",
    usage="here name",
    help="link a team: its work is announced in this channel",
    right="tie team",
    first="tie team",
    rule=_TIE,
)
TEAM_LEAVE: Action[None] = Action(
    command=LABELTEAM,
    word="leave",
    usage="leave name",
    help="stop notices here",
    right="tie team",
    first="tie team",
    rule=_TIE,
)
_OPEN = Rule(Role.MANAGER, words="open a labeling team to a channel")
TEAM_OPEN: Action[None] = Action(
    command=LABELTEAM,
    word="open",
    usage="open name [#channel]",
    help="let this or another channel use a team; from the first on, no channel may use any other",
    right="open team",
    first="open team",
    rule=_OPEN,
)
TEAM_CLOSE: Action[None] = Action(
    command=LABELTEAM,
    word="close",
    usage="close name [#channel]",
    help="let a channel use a team no longer; its running jobs go on",
    right="open team",
    first="open team",
    rule=_OPEN,
)
_MANAGE = Rule(Role.MANAGER, words="manage labeling teams")
TEAM_MEMBERS: Action[None] = Action(
    command=LABELTEAM,
    word="members",
    usage="members name",
    help="who is in a team",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the team: /labelteam members name. /labelteam list shows them.",
)
TEAM_CREATE: Action[None] = Action(
    command=LABELTEAM,
    word="create",
    usage="create name [people]",
    help="make a team, and invite people into it by their e-mail addresses",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the new team: /labelteam create name, and people's e-mail addresses behind it.",
)
TEAM_INVITE: Action[None] = Action(
    command=LABELTEAM,
    word="invite",
    usage="invite name people",
    help="take people into the workforce and a team; who is new gets an e-mail",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the team and the people: /labelteam invite name lin@example.com.",
)
TEAM_ADD: Action[None] = Action(
    command=LABELTEAM,
    word="add",
    usage="add name people",
    help="take people of the workforce into a team, or a group of your identity provider",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the team and the people: /labelteam add name lin@example.com.",
)
TEAM_REMOVE: Action[None] = Action(
    command=LABELTEAM,
    word="remove",
    usage="remove name people",
    help="take people out of a team, or a group; asks first",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the team and the people: /labelteam remove name lin@example.com.",
)
TEAM_DELETE: Action[None] = Action(
    command=LABELTEAM,
    word="delete",
    usage="delete name",
    help="delete a team; asks first",
    right="manage team",
    rule=_MANAGE,
    first="manage team",
    unnamed="Name the team to delete: /labelteam delete name. /labelteam list shows them.",
)
TEAM_ME: Action[None] = Action(
    command=LABELTEAM,
    word="me",
    usage="me [not] [e-mail]",
    help="by which addresses you are known as a labeler; one behind it is yours too, or not",
    right="claim address",
    rule=Rule(Role.LABELER, words="say which e-mail address is theirs", inside=True),
    first="claim address",
)
TEAM_HELP: Action[None] = Action(command=LABELTEAM, word="help", usage="help")

TEAM_ACTIONS: tuple[Action[None], ...] = (
    TEAM_LIST,
    TEAM_HERE,
    TEAM_LEAVE,
    TEAM_OPEN,
    TEAM_CLOSE,
    TEAM_MEMBERS,
    TEAM_CREATE,
    TEAM_INVITE,
    TEAM_ADD,
    TEAM_REMOVE,
    TEAM_DELETE,
    TEAM_ME,
    TEAM_HELP,
)
