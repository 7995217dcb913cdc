"""A report: one page about a job that is over, which says what its manifests say."""

import hashlib
import html
import json
import re
import urllib.request
from dataclasses import replace

import pytest

from bot.sandbox.workspace import seed
from tests.stories.test_exports import answered
from tests.stories.test_results import direct
from tests.stories.world import DATA, World, an_order, words

NAME = "reported"
TITLE = "Ripe <i>or</i> {{ not }}"


@pytest.fixture(scope="module")
def page(one_world: World) -> str:
    """The report of a job of eight pictures, as a browser gets it."""
    world = one_world
    world.ask(replace(an_order(NAME, short="Look for {{ brown }} spots"), title=TITLE))
    world.finish(NAME)
    before = len(direct(world))
    taken = world.mara.command(DATA, "/labeljob", f"report {NAME}")
    assert words(taken).startswith("The report of *Ripe")
    world.settle()
    [told] = direct(world)[before:]
    assert told["text"].startswith(
        "The report of *Ripe &lt;i&gt;or&lt;/i&gt; {{ not }}* is one page"
    )
    link = re.match(r"<([^|>]+)\|", answered(world, told, "export_open"))
    assert link is not None
    with urllib.request.urlopen(link[1].replace("&amp;", "&"), timeout=10) as got:
        assert got.headers["Content-Type"].startswith("text/html")
        return str(got.read().decode())


def test_the_page_tells_counts_settings_and_instructions(page: str) -> None:
    """Without this, a scientist would copy numbers by hand into what stands beside a dataset."""
    assert "8 of 8 pictures labeled." in page
    counts = re.findall(r"<td>(\w+)</td><td class=\"number\">(\d+)</td>", page)
    assert {label for label, _ in counts} <= {"ripe", "unripe", "overripe"}
    assert sum(int(number) for _, number in counts) == 8
    assert "Times" not in page, "a picture has one class"
    assert "requested by Mara" in page
    assert "Every picture has a label." in page
    assert "One person labeled each picture, so nobody could disagree." in page
    assert "Look for {{ brown }} spots" in html.unescape(page)
    assert f"s3://{seed.RAW}/" in page
    assert re.search(r'<img src="data:image/jpeg;base64,[^"]{1000,}" alt="[^"]{20,}', page)


def test_what_people_typed_is_text_on_the_page(page: str) -> None:
    """Without this, a title could run a script in the browser of whoever opens the report."""
    assert "<h1>Ripe &lt;i&gt;or&lt;/i&gt; {{ not }}</h1>" in page
    assert "<i>or" not in page


def test_the_metadata_name_the_manifest_by_its_hash(world: World, page: str) -> None:
    """Without this, nobody could tell whether a report is about the labels that lie there now."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    metadata = json.loads(found[1])
    assert metadata["name"] == TITLE
    assert metadata["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    [file] = metadata["distribution"]
    bucket, _, key = file["contentUrl"].removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert file["sha256"] == hashlib.sha256(body).hexdigest()
    line = json.loads(body.splitlines()[0])
    paths = [one["source"]["extract"]["jsonPath"] for one in metadata["recordSet"][0]["field"]]
    assert all(path[3:-2] in line for path in paths)
    folder = key.partition("manifests/")[0]
    listed = world.s3.list_objects_v2(Bucket=bucket, Prefix=f"{folder}exports/")["Contents"]
    [beside] = [one["Key"] for one in listed if "croissant" in one["Key"]]
    assert json.loads(world.s3.get_object(Bucket=bucket, Key=beside)["Body"].read()) == metadata


def test_a_job_that_runs_has_no_report_yet(world: World) -> None:
    """Without this, somebody would hand on numbers that still move."""
    world.ask(an_order("not-reported"))
    said = world.mara.command(DATA, "/labeljob", "report not-reported")
    assert "is not over yet" in str(said)
