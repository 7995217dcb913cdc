"""[Preview] on the review: exactly what workers will see, for the eyes of whoever asks."""

import json
import re
import urllib.error
import urllib.request
from dataclasses import replace
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from bot.delivery.uploads import Uploads
from bot.jobs.form import pages
from bot.jobs.form.review import review
from bot.jobs.orders import LargeZip
from bot.jobs.preview import NoPreview, Previews
from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.stories.bringing import fill_files, open_for_files, pictures, uploaded, zipped
from tests.stories.test_preflight import press_button, review_of
from tests.stories.world import BOT, DATA, World, an_order, buttons, shown, words

_LINK = re.compile(r"https?://[^\"'<> ]*X-Amz[^\"'<> ]*")
_ELEMENTS = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
_MODULE = '<script type="module" src="/crowd/crowd.js"></script>'


def previewed(world: World, name: str, **more: Any) -> str:
    """Go to the review, press Preview and let the worker make it; what then stands there."""
    source = f"s3://{seed.RAW}/ripeness/"
    review_of(world, name, more.pop("source", source), **more)
    press_button(world, "Preview")
    world.settle()
    return shown(world.mara.view())


def given(world: World) -> dict[str, Any]:
    """The newest message with a file in Mara's direct message with the app."""
    channel = world.mara.ask("open_im", **{"with": BOT})["channel"]["id"]
    return [one for one in world.mara.messages(channel) if one.get("files")][-1]


def text_of(world: World, message: dict[str, Any], user: str = "U0MARA") -> str:
    """The file of a message, as a person's browser gets it."""
    file = message["files"][0]
    address = f"{world.services.slack_url}/files/{file['id']}/{file['name']}?user={user}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def worker_page(world: World, job: str) -> str:
    """The first task's page as a worker's portal shows it."""
    portal = world.services.portal_url
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    sign_in = urllib.request.Request(
        f"{portal}/sign-in", urlencode({"sub": seed.PERSON}).encode(), {"Origin": portal}
    )
    browser.open(sign_in, timeout=10).close()
    with browser.open(f"{portal}/tasks/{job}", timeout=10) as answer:
        page = answer.read().decode()
    return str(re.search(r"<main[^>]*>\n(.*)\n</main>", page, re.DOTALL)[1])  # type: ignore[index]


def test_preview_and_workers_page_are_the_same_bytes_but_for_links(world: World) -> None:
    """Without this, people would approve another page than the one that workers get."""
    review = previewed(world, "seen-before", short="Look at the {{ middle }} & nothing else")
    assert "the preview is in your direct messages with Labeljob" in review
    message = given(world)
    assert message["text"].startswith("What workers will see of *Ripe or not (seen-before)*")
    assert f"`s3://{seed.RAW}/ripeness/" in message["text"]
    assert message["files"][0]["name"] == "seen-before-preview.html"
    page = text_of(world, message)
    assert "middle" in page

    world.mara.fill()
    world.settle()
    world.pass_time(3)
    asked = world.sagemaker.describe_labeling_job(LabelingJobName="seen-before")
    template = forms.text_at(world, asked["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"])
    rendered = world.journal("SageMaker.RenderUiTemplate", slack=False)[-1]["request"]
    assert rendered["UiTemplate"]["Content"] == template
    assert len(_LINK.findall(page)) == 1
    at_work = worker_page(world, "seen-before").replace(_MODULE, _ELEMENTS)
    assert _LINK.sub("", page).strip() == _LINK.sub("", at_work).strip()


def test_preview_of_a_manifest_shows_its_first_object(world: World) -> None:
    """Without this, the preview of a manifest would be of any object, or fail."""
    source = forms.manifest_of(
        world, "two-seen.manifest", [f"s3://{seed.RAW}/ripeness/orchard-s7-002.jpg"]
    )
    previewed(world, "second-first", source=source)
    rendered = world.journal("SageMaker.RenderUiTemplate", slack=False)[-1]["request"]
    task = json.loads(rendered["Task"]["Input"])
    assert task["taskObject"] == f"s3://{seed.RAW}/ripeness/orchard-s7-002.jpg"
    assert task["labels"] == ["unripe", "ripe", "overripe"]
    assert task["manifestLine"] == {"source-ref": task["taskObject"]}


def test_nobody_else_sees_it(world: World) -> None:
    """Without this, a draft's pictures would stand in a channel before anybody agreed to them."""
    previewed(world, "for-mara-alone")
    text_of(world, given(world))
    with pytest.raises(urllib.error.HTTPError):
        text_of(world, given(world), "U0SAM")
    done = world.journal("files.completeUploadExternal")[-1]["request"]
    opened = world.journal("conversations.open")[-1]["request"]
    assert opened["users"] == "U0MARA"
    assert done["channel_id"].startswith("D")
    assert "thread_ts" not in done


def test_what_aws_will_not_render_is_told_on_the_review(world: World) -> None:
    """Without this, a press would be answered with silence."""
    world.fault("SageMaker.RenderUiTemplate", "throttle")
    review = previewed(world, "not-rendered")
    assert "“Preview” was not done. AWS did not answer in time" in review
    assert world.mara.view()["submit"], "Create goes all the same"


def test_slack_that_takes_no_file_is_told_with_the_scope(world: World) -> None:
    """Without this, nobody would learn that the app has to be installed again."""
    world.refuse("files.getUploadURLExternal", "missing_scope", times=1)
    review = previewed(world, "not-taken")
    assert "“Preview” was not done. Slack does not take files from Labeljob" in review
    assert "files:write" in review


def test_without_the_scope_there_is_no_button(world: World) -> None:
    """Without this, people would press a button that cannot work."""
    review_of(world, "with-button", f"s3://{seed.RAW}/ripeness/")
    assert "Preview" in buttons(world.mara.view())
    accept = world.bot.jobs.accept
    draft_id, _page = pages.draft_of(world.mara.view())
    draft = accept.draft(draft_id, world.mara.user)
    uploads = Uploads(lambda: world.bot.slack, may=False)
    previews = Previews(world.bot.jobs.engine, world.bot.jobs.previews.orders, uploads)
    facts = replace(accept.reviewed(draft), preview=previews.offered)
    assert "Preview" not in buttons(review(accept.form.asked(draft), facts, draft_id))
    with pytest.raises(NoPreview):
        previews.give(draft, world.mara.user, lambda: None)


@pytest.mark.parametrize("as_zip", [False, True])
def test_preview_of_files_that_are_not_in_s3_yet_shows_the_first(
    world: World, as_zip: bool
) -> None:
    """Without this, whoever brings files would learn what workers see only once the job runs."""
    name, kind = f"brought-{as_zip}".lower(), "zip" if as_zip else "jpg"
    open_for_files(world, DATA)
    brought = pictures(2)
    if as_zip:
        brought = {f"{name}.zip": zipped({"a/notes.txt": b"x", **brought})}
    files = [uploaded(world, world.mara, *one) for one in brought.items()]
    assert not fill_files(world.mara, an_order(name), files).get("errors")
    press_button(world, "Preview")
    world.settle()
    assert "the preview is in your direct messages" in shown(world.mara.view()), kind
    task = json.loads(
        world.journal("SageMaker.RenderUiTemplate", slack=False)[-1]["request"]["Task"]["Input"]
    )
    shown_first = task["taskObject"]
    assert shown_first.endswith(next(iter(pictures(1))))
    before = len(world.journal("S3.PutObject", slack=False))
    world.mara.fill()
    world.settle()
    put = [one["path"] for one in world.journal("S3.PutObject", slack=False)[before:]]
    assert not any(shown_first[4:] in path for path in put), "the launch does not put it again"
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    assert asked["LabelingJobName"] == name


def test_large_zip_is_not_fetched_for_a_look(world: World) -> None:
    """Without this, a press would have the bot fetch a gigabyte for one picture."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, "some.zip", zipped(pictures(2)))]
    assert not fill_files(world.mara, an_order("large-zip"), files).get("errors")
    draft_id, _page = pages.draft_of(world.mara.view())
    draft = world.bot.jobs.accept.draft(draft_id, world.mara.user)
    large = msgspec.structs.replace(draft.brought[0], size=100_000_001)
    draft = msgspec.structs.replace(draft, brought=(large,))
    with pytest.raises(LargeZip):
        world.bot.jobs.previews.give(draft, world.mara.user, lambda: None)
    world.mara.close_windows()


def test_preview_of_a_job_that_was_submitted(world: World) -> None:
    """Without this, nobody could look at what workers see once the job runs."""
    name = world.ask(an_order("seen-later", team=seed.WAITING_TEAM))
    answer = world.mara.command(DATA, "/labeljob", f"preview {name}")
    assert "comes into your direct messages with Labeljob" in words(answer)
    assert "into your direct messages" not in "".join(world.direct_messages(world.mara)[-1:])
    world.settle()
    assert given(world)["files"][0]["name"] == "seen-later-preview.html"
    before = world.so_far()
    world.sam.press(world.card(name), "job_preview")
    world.settle()
    done = world.journal("conversations.open", after=before)[-1]["request"]
    assert done["users"] == "U0SAM", "whoever presses gets it"


def test_preview_of_a_job_that_cannot_be_made_is_told_alone(world: World) -> None:
    """Without this, a press would be answered with silence."""
    name = world.ask(an_order("never-seen", team=seed.WAITING_TEAM))
    world.fault("SageMaker.RenderUiTemplate", "throttle")
    world.mara.command(DATA, "/labeljob", f"preview {name}")
    world.settle()
    world.mend()
    told = world.direct_messages(world.mara)[-1]
    assert told.startswith("The preview of *Ripe or not (never-seen)* was not made.")
    assert not any("was not made" in line for line in world.thread(name))
