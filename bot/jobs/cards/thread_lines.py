"""The lines of a labeling job's thread (pure): launched, its end, and whatever somebody has to do
something about.

Promises to the outbox: as `card`; only an end, or what stops a job from getting to one, mentions
the requester, once.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.base.blocks import code, count, moment, person, section, typed
from bot.base.errors import Fault
from bot.delivery.message import Message
from bot.jobs import lifecycle
from bot.jobs.cards import card
from bot.jobs.finished import can_put_back
from bot.jobs.form.pages import words_of
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState

_NAME = 70  # characters of a name


def launched_line(job: JobFacts, *, announced_in: str, shut: bool = False) -> Message:
    """Created, launched and open for work: one line for the three. `announced_in` is the channel of
    its labeling team, "" for none; `shut`: the team's list could not be posted there.
    """
    if job.stop_wanted:
        return _line(f"{_which(job)}Launched before it was withdrawn; it is stopped now.")
    team = typed(job.team_name, _NAME)
    told = f"{team} has no channel here, so nobody was told"
    if announced_in and shut:
        told = f"the bot cannot post in <#{announced_in}>, so nobody of {team} was told"
    elif announced_in:
        told = f"{team} finds it in <#{announced_in}>"
    notes = "".join(f"\n{typed(note, 600)}" for note in job.notes)
    return _line(f"{_which(job)}Launched; {told}.{notes}")


def completed_line(job: JobFacts, state: JobState) -> Message:
    """The end that was hoped for; mentions the requester."""
    where = f" Labels: {code(state.output_uri or job.output_uri)}" if state.labeled else ""
    said = f"{card.state_word(job, state)}: {card.result_words(state)}.{_why(state)}"
    return _line(f"{_mention(job)}{said}{where}{_put_back(job, state)}")


def stopped_line(job: JobFacts, state: JobState) -> Message:
    """It was stopped; mentions the requester. `state.stopped_by` is a name, "" for the console."""
    who = f" by {typed(state.stopped_by, _NAME)}" if state.stopped_by else ""
    if state.withdrawn:
        return _line(
            f"{_mention(job)}Stopped{who} before it was launched; nothing was created at "
            f"{job.engine.place}. The name is free again."
        )
    cause = f"{typed(state.cause, 400).rstrip('.')}. " if state.cause else ""
    where = f" Labels: {code(state.output_uri or job.output_uri)}" if state.labeled else ""
    kept = f"{card.kept_words(job, state)}{_why(state)}"
    return _line(f"{_mention(job)}Stopped{who}. {cause}{kept}{where}{_put_back(job, state)}")


def not_stopped_line(job: JobFacts, why: str) -> Message:
    """The engine did not stop it; mentions the requester, for the work goes on and may cost
    money.
    """
    return _line(
        f"{_mention(job)}Not stopped: {typed(why, 600).rstrip('.')}. The job goes on. When the "
        f"cause is fixed, press Stop… again or type {code(f'/labeljob stop {job.name}')}."
    )


def failed_line(job: JobFacts, state: JobState) -> Message:
    """The engine gave it up: what happened, what is safe, what to do; mentions the requester."""
    cause = typed(state.cause, 900).rstrip(".") or f"{job.engine.place} gave no reason"
    kept = f"{card.kept_words(job, state)}{_why(state)}"
    said = f"Failed: {cause}. {kept} {lifecycle.remedy(state.cause)}"
    return _line(f"{_mention(job)}{said.rstrip()}")


def refused_line(job: JobFacts, faults: Sequence[Fault]) -> Message:
    """The launch found what a person must fix: each field with its remedy; mentions the
    requester.
    """
    wrong = [f"*{words_of(one)}*: {typed(one.text, 400)}" for one in faults[:5]]
    more = f"\nand {len(faults) - 5} more" if len(faults) > 5 else ""  # noqa: PLR2004
    lead = f"{_mention(job)}Not launched; nothing was created at {job.engine.place}."
    fix = (
        "\nPress Fix and retry on its card: the form opens with all that was typed. The name is "
        "free again."
    )
    return _line("\n".join([lead, *wrong]) + more + fix)


def set_aside_line(job: JobFacts, state: JobState, why: str) -> Message:
    """It could not be looked after for so long that it was set aside; mentions the requester,
    once.
    """
    place = job.engine.place
    safe = f"Nothing at {place} was changed."
    if state.state == lifecycle.ASKED:
        safe = f"Nothing was created at {place}."
    elif state.state == lifecycle.LAUNCHING:
        safe = (
            f"{place} may have taken it or not: another try finds out, and never makes a second "
            "job."
        )
    return _line(
        f"{_mention(job)}Paused after errors: {typed(why, 600)} It is not tried or looked at "
        f"any more. {safe} When the cause is fixed, press Try again or type "
        f"{code(f'/labeljob retry {job.name}')}."
    )


def requester_gone_line(job: JobFacts) -> Message:
    """Whoever asked for the job is gone: says who is told in their place, once; mentions that
    manager.
    """
    gone = (
        f"Slack shows no active account of {typed(job.asked_by_name, _NAME) or 'the requester'} "
        "any more"
    )
    if not job.asked_by:
        return _line(
            f"{gone}, and LABELJOB_MANAGERS names no active manager who could be told of this."
        )
    return _line(f"{gone}: {person(job.asked_by)} is told of this from now on.")


def retried_line(who: str) -> Message:
    """Somebody took a job up again that was set aside. `who` is a name."""
    return _line(f"Resumed by {typed(who, _NAME)}.")


def taken_over_line(who: str) -> Message:
    """A followed job became one of ours. `who` is a name."""
    return _line(f"Taken over by {typed(who, _NAME)}, who is told of its end from now on.")


def sent_line(  # noqa: PLR0913 - what became of each
    job: JobFacts, by: str, *, sent: int, before: int, notes: Sequence[str], fed: int = 0
) -> Message:
    """What somebody (a name) sent to a streaming job has gone out: how many objects, how many had
    been sent before, and how many were left out because the job's folder has brought them.
    """
    said = f"{typed(by, _NAME)} sent {count(sent, job.noun)}."
    if before > 0:
        had = "had been sent before and is" if before == 1 else "had been sent before and are"
        said += f" {count(before, job.noun)} {had} not labeled twice."
    if fed > 0:
        was = "was left out: it" if fed == 1 else "were left out: they"
        said += (
            f" {count(fed, job.noun)} {was} came to the job from the folder that feeds it, "
            f"{code(job.feed_folder, 300)}."
        )
    told = "".join(f"\n{typed(note, 600)}" for note in notes if note)
    return _line(f"{said}{told}")


def not_sent_line(job: JobFacts, by: str, why: str, *, sent: int) -> Message:
    """What somebody (a Slack id) sent to a streaming job did not go out; mentions them."""
    lead = "Not sent" if not sent else f"Only {count(sent, job.noun)} sent"
    again = f"When that is fixed, send it again: {code(f'/labeljob send {job.name}')}."
    return _line(f"{person(by)} {lead}: {typed(why, 600)} {again}")


def fed_no_more_line(folder: str) -> Message:
    """A folder feeds the job no more, as somebody wanted."""
    return _line(f"{code(folder, 600)} feeds this job no more. The job goes on.")


def still_fed_line(job: JobFacts, folder: str, name: str, why: str) -> Message:
    """The bucket's entry could not be taken away; mentions the requester."""
    return _line(
        f"{_mention(job)}The entry {code(name, 100)} could not be taken out of what the bucket of "
        f"{code(folder, 600)} tells: {typed(why, 400)} Take it out in the AWS console (S3, the "
        "bucket, Properties, Event notifications)."
    )


def idle_line(job: JobFacts, days: int, ends: datetime) -> Message:
    """A streaming job that will be stopped because nothing comes; mentions the requester."""
    return _line(
        f"{_mention(job)}Nothing was sent or labeled for {days} days. {job.engine.place} stops a "
        f"streaming job after 10 such days: this one {moment(ends)}. "
        f"{code(f'/labeljob send {job.name}')} keeps it alive; a stopped job cannot go on."
    )


def _line(text: str) -> Message:
    return Message(text, [section(text)])


def _mention(job: JobFacts) -> str:
    mention = f"{person(job.asked_by)} " if job.asked_by else ""
    return f"{mention}{_which(job)}"


def _which(job: JobFacts) -> str:
    """Which job it is about, where its card stands in the thread of another."""
    return f"{code(job.name, _NAME)}: " if job.chain else ""


def _put_back(job: JobFacts, state: JobState) -> str:
    """The way of the labels into the dataset whose pictures the job was about."""
    if not can_put_back(job, state):
        return ""
    return f"\nPut into dataset {typed(job.into, _NAME)} on its card puts these labels there."


def _why(state: JobState) -> str:
    """Which objects have no label and why, where that is known."""
    return f" {typed(state.why_unlabeled, 1200)}" if state.why_unlabeled else ""
