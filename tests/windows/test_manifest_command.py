"""`labeljob manifest …` as it is typed: what it prints, and its exit codes."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from PIL import Image

from bot.__main__ import main
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server

LINE: dict[str, Any] = {
    "source-ref": "s3://orchard-raw/july/1.jpg",
    "ripeness": 1,
    "ripeness-metadata": {
        "class-name": "ripe",
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
    },
}
RAW, OUT = "orchard-raw", "orchard-out"
KEYS = {"AKIAPRACTICE00000001": "practice-secret"}


class Typed:
    """Types a command; `told` and `warned` are what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.told = self.warned = ""

    def __call__(self, *words: str) -> int:
        code = main(["manifest", *words])
        self.told, self.warned = self._capsys.readouterr()
        return code

    @property
    def said(self) -> Any:
        return json.loads(self.told)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(capsys)


def manifest(folder: Path, *lines: Any) -> str:
    """A file with these lines; its path."""
    file = folder / "some.manifest"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The AWS stand-in with two buckets: its address, and a client."""
    server = Server(create_app(AwsConfig(tmp_path_factory.mktemp("aws"), KEYS)).app).start()
    [(key, secret)] = KEYS.items()
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    for bucket in (RAW, OUT):
        client.create_bucket(Bucket=bucket)
    yield server.url, client
    server.stop()


@pytest.fixture(name="s3")
def fixture_s3(cloud: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client; the environment is that of somebody with the same keys."""
    url, client = cloud
    [(key, secret)] = KEYS.items()
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    return client


def test_summary_of_a_file(typed: Typed, tmp_path: Path) -> None:
    """Without this, nobody could count labels without a notebook."""
    assert typed("summary", manifest(tmp_path, LINE)) == 0
    assert "1 of 1 labeled, 1 by people" in typed.told
    assert "1  ripe" in typed.told
    assert typed("summary", "--json", manifest(tmp_path, LINE)) == 0
    assert list(typed.said) == [
        *("lines", "bytes", "sources", "duplicates", "attributes", "findings")
    ]
    assert typed.said["attributes"]["ripeness"]["labels"] == {"ripe": 1}


def test_summary_says_by_its_exit_code_what_it_found(typed: Typed, tmp_path: Path) -> None:
    """Without this, a script would go on with a broken manifest."""
    assert typed("summary", manifest(tmp_path, LINE, LINE)) == 1
    assert "Line 2 repeats a picture: line 1 has it too." in typed.told
    assert typed("summary", manifest(tmp_path, *[LINE] * 30)) == 1
    assert "  The same in lines 3, 4, 5, 6 and 15 more. 9 more lines have this.\n" in typed.told
    assert typed("summary", manifest(tmp_path)) == 2
    assert "This file is empty." in typed.told
    assert typed("summary", "--json", str(tmp_path / "none")) == 2
    assert "none cannot be read: No such file or directory." in typed.warned


def test_summary_shows_names_that_no_terminal_obeys(typed: Typed, tmp_path: Path) -> None:
    """Without this, a label of somebody's manifest could write over the screen of whoever looks."""
    metadata = {"type": "groundtruth/image-classification", "class-name": "\x1b[2Jpear"}
    line = {"source-ref": "s3://b/k.jpg", "ripe\x9b2J": 1, "ripe\x9b2J-metadata": metadata}
    typed("summary", manifest(tmp_path, line))
    assert "pear" in typed.told
    assert all(sign.isprintable() or sign == "\n" for sign in typed.told)


def test_summary_of_an_object_in_s3(typed: Typed, s3: Any) -> None:
    """Without this, a result would be downloaded to be counted."""
    body = json.dumps(LINE).encode()
    s3.put_object(Bucket=OUT, Key="job/output.manifest", Body=body)
    assert typed("summary", f"s3://{OUT}/job/output.manifest", "--json") == 0
    assert (typed.said["lines"], typed.said["bytes"]) == (1, len(body))
    assert typed("summary", f"s3://{OUT}/none.manifest") == 2
    assert f"There is nothing at s3://{OUT}/none.manifest." in typed.warned
    assert typed("summary", "s3://x") == 2
    assert "is not the name of a bucket" in typed.warned


def test_summary_of_standard_input(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a manifest that another program writes would need a file."""
    body = io.TextIOWrapper(io.BytesIO(json.dumps(LINE).encode()))
    monkeypatch.setattr(sys, "stdin", body)
    assert typed("summary", "-", "--json") == 0
    assert typed.said["lines"] == 1


PICTURE = {"source-ref": "s3://orchard-raw/july/1.jpg"}


def test_check_says_what_a_job_would_refuse(typed: Typed, tmp_path: Path) -> None:
    """Without this, a job would fail after minutes for what a file says in seconds."""
    assert typed("check", manifest(tmp_path, PICTURE), "--for", "bounding-box") == 0
    assert typed.told == "1 object, 1 of them good for bounding-box.\n"
    wrong = manifest(tmp_path, PICTURE, {"source-ref": "s3://orchard-raw/1.gif"})
    assert typed("check", wrong, "--for", "bounding-box") == 1
    assert "Line 2 names a file of another kind" in typed.told
    assert typed("check", wrong, "--for", "bounding-box", "--json") == 1
    assert (typed.said["objects"], typed.said["good"]) == (2, 1)
    [finding] = typed.said["findings"]
    assert (finding["line"], finding["code"]) == (2, "extension")
    text = manifest(tmp_path, {"source": "a text"})
    assert typed("check", text, "--for", "bounding-box") == 2
    assert typed("check", text, "--for", "text-classification") == 0
    assert typed("check", text, "--for", "boxes") == 2
    assert "“boxes” is no task type. Choose custom-labels or one of: " in typed.warned


def test_check_says_what_an_import_would_refuse(typed: Typed, tmp_path: Path) -> None:
    """Without this, Rekognition would drop lines without a word."""
    second = {**LINE, "source-ref": "s3://orchard-raw/july/2.jpg"}
    second["ripeness-metadata"] = {**LINE["ripeness-metadata"], "class-name": "raw"}
    dated = {"creation-date": "2024-07-02T09:14:31.120411", "confidence": 1}
    lines = [
        {**each, "ripeness-metadata": {**each["ripeness-metadata"], **dated}}
        for each in (LINE, second)
    ]
    assert typed("check", manifest(tmp_path, *lines), "--for", "custom-labels") == 0
    file = manifest(tmp_path, *lines, "text")
    assert typed("check", file, "--for", "custom-labels", "--json") == 1
    assert typed.said["labels"] == {"ripe": 1, "raw": 1}
    assert {finding["line"] for finding in typed.said["findings"]} == {0, 3}


def test_build_writes_the_manifest_of_a_folder(typed: Typed, s3: Any) -> None:
    """Without this, the first manifest would be a script of one's own."""
    for key in ("ripe/1.jpg", "ripe/white/2.jpg", "raw/3.jpg", "4.jpg", "note.txt"):
        s3.put_object(Bucket=RAW, Key=f"july/{key}", Body=b"x")
    target = f"s3://{OUT}/made/july.manifest"
    assert typed("build", f"s3://{RAW}/july/", "--to", target) == 0
    assert typed.told == f"4 lines in {target}. Left out: 1 of other kinds (.txt 1).\n"
    assert sources(s3) == ["4.jpg", "raw/3.jpg", "ripe/1.jpg", "ripe/white/2.jpg"]
    assert typed("build", f"s3://{RAW}/july", "--to", target, "--folder-labels", "--json") == 1
    found = {"lines": 4, "to": target, "left_out": {"other": 1}, "unlabeled": 1}
    assert typed.said == found, "4.jpg lies in no folder"
    assert typed("summary", target, "--json") == 0
    assert typed.said["attributes"]["folder"]["labels"] == {"raw": 1, "ripe": 2}
    assert typed("check", target, "--for", "custom-labels", "--json") == 1
    codes = {finding["code"] for finding in typed.said["findings"]}
    assert codes == {"WARNING_UNANNOTATED_RECORD"}


def sources(s3: Any) -> list[str]:
    body = s3.get_object(Bucket=OUT, Key="made/july.manifest")["Body"].read()
    named = [json.loads(line)["source-ref"] for line in body.splitlines()]
    return [address.removeprefix(f"s3://{RAW}/july/") for address in named]


def test_build_takes_the_same_sample_for_the_same_seed(typed: Typed, s3: Any) -> None:
    """Without this, nobody could say which pictures a trial had."""
    for number in range(20):
        s3.put_object(Bucket=RAW, Key=f"many/{number:02}.jpg", Body=b"x")
    s3.put_object(Bucket=RAW, Key="many/empty.jpg", Body=b"")
    target = f"s3://{OUT}/made/july.manifest"
    found = []
    for seed in ("7", "7", "8"):
        words = ("build", f"s3://{RAW}/many/", "--to", target, "--sample", "5", "--seed", seed)
        assert typed(*words) == 1
        assert "Left out: 1 empty file." in typed.told
        found.append(sources(s3))
    assert found[0] == found[1] != found[2]
    assert len(found[0]) == 5


@pytest.mark.usefixtures("s3")
def test_build_says_what_is_unusable(typed: Typed, tmp_path: Path) -> None:
    """Without this, an empty manifest would be taken for the folder's."""
    nowhere = str(tmp_path / "a.manifest")
    assert typed("build", f"s3://{RAW}/none/", "--to", nowhere) == 2
    assert f"Nothing in s3://{RAW}/none/ can be a line of a manifest." in typed.warned
    assert typed("build", f"s3://{RAW}/july/", "--to", nowhere, "--sample", "0") == 2
    assert "A sample is a number above 0." in typed.warned
    assert not Path(nowhere).exists()
    assert typed("build", "s3://no-such-bucket/a/", "--to", nowhere) == 2
    assert "There is no bucket “no-such-bucket” in this account." in typed.warned
    assert typed("build", f"s3://{RAW}/", "--to", "-", "--json") == 2
    assert typed("build", f"s3://{RAW}/", "--to", nowhere, "--for", "text-classification") == 2
    assert "is no task type whose files lie in a folder" in typed.warned


def test_sample_prints_the_same_lines_for_the_same_seed(typed: Typed, tmp_path: Path) -> None:
    """Without this, a trial could not be made again."""
    lines = [{"source-ref": f"s3://orchard-raw/{number}.jpg"} for number in range(50)]
    file, target = manifest(tmp_path, *lines), str(tmp_path / "some")
    words = ("sample", file, "--count", "5", "--seed")
    assert typed(*words, "7") == 0
    first = typed.told
    assert len(set(first.splitlines()) & set(Path(file).read_text().splitlines())) == 5
    assert typed(*words, "7", "--out", target) == 0
    assert typed.told == f"5 lines (5 at random (seed 7)) in {target}.\n"
    assert Path(target).read_text() == first
    assert typed(*words, "8") == 0
    assert typed.told != first


def test_sample_takes_what_is_named_and_one_in_so_many(typed: Typed, tmp_path: Path) -> None:
    """Without this, only chance could choose."""
    lines = [{"source-ref": f"s3://orchard-raw/{number:02}.jpg"} for number in range(40)]
    file, target = manifest(tmp_path, *lines), tmp_path / "some"
    words = ("sample", file, "--every", "5", "--named", "1?.jpg", "--out", str(target), "--json")
    assert typed(*words) == 0
    assert typed.said == {"lines": 2, "to": str(target), "seed": 1}
    taken = [json.loads(line)["source-ref"][-6:-4] for line in target.read_text().splitlines()]
    assert taken == ["10", "15"]
    assert typed("sample", file, "--count", "0") == 2
    assert "A choice is a number above 0" in typed.warned
    assert typed("sample", file, "--count", "3", "--json") == 2
    assert typed("sample", file, "--named", "x", "--every", "1", "--out", str(target)) == 2


def test_links_lead_to_each_object(typed: Typed, s3: Any, tmp_path: Path) -> None:
    """Without this, whoever looks at pictures outside of AWS would sign each link by hand."""
    s3.put_object(Bucket=RAW, Key="july/ä 1.jpg", Body=b"a picture")
    here = {"source-ref": f"s3://{RAW}/july/ä 1.jpg"}
    assert typed("links", manifest(tmp_path, here, {"source": "a text"})) == 1
    told = json.loads(typed.told)
    assert told["source-ref"] == here["source-ref"]
    with urlopen(told["link"]) as answer:
        assert answer.read() == b"a picture"
    target = str(tmp_path / "links")
    assert typed("links", manifest(tmp_path, here), "--out", target, "--json") == 0
    assert typed.said == {"links": 1, "without": 0, "to": target}
    assert typed("links", manifest(tmp_path, {"source": "a text"})) == 2
    assert typed("links", manifest(tmp_path, here), "--minutes", "20000") == 2


def painted(folder: Path, s3: Any) -> str:
    """A manifest with one mask: its left half is a tree."""
    image = Image.new("RGB", (8, 6), "#ffffff")
    image.paste("#2ca02c", (0, 0, 4, 6))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    s3.put_object(Bucket=OUT, Key="rows/0.png", Body=kept.getvalue())
    metadata = {
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
            "1": {"class-name": "tree", "hex-color": "#2ca02c"},
        },
        "type": "groundtruth/semantic-segmentation",
    }
    picture = {"source-ref": "s3://orchard-raw/july/1.jpg"}
    made = {"rows-ref": f"s3://{OUT}/rows/0.png", "rows-ref-metadata": metadata}
    return manifest(folder, picture | made)


def test_masks_to_coco_and_back(typed: Typed, s3: Any, tmp_path: Path) -> None:
    """Without this, painted pixels would stay in a folder of PNGs that no trainer opens."""
    there, back = str(tmp_path / "coco.json"), str(tmp_path / "back.manifest")
    assert typed("convert", painted(tmp_path, s3), "--to", "coco", "--out", there) == 0
    found = json.loads(Path(there).read_bytes())["annotations"]
    assert [(each["bbox"], each["area"]) for each in found] == [([0, 0, 4, 6], 24)]
    words = ("convert", there, "--to", "augmented", "--as", "trees", "--out", back)
    assert typed(*words) == 1
    assert "“trees-ref” is painted, and has no file of its own; left out" in typed.told
    assert typed(*words, "--masks", str(tmp_path)) == 2
    assert "say --masks s3://bucket/folder/" in typed.warned
    assert typed(*words, "--masks", f"s3://{OUT}/masks/") == 0
    line = json.loads(Path(back).read_bytes())
    place = f"s3://{OUT}/masks/trees-ref/orchard-raw/july/1.jpg.png"
    assert line["trees-ref"] == place
    body = s3.get_object(Bucket=OUT, Key=place.removeprefix(f"s3://{OUT}/"))["Body"].read()
    (tmp_path / "1.jpg.png").write_bytes(body)
    again = str(tmp_path / "again.json")
    for masks in ([], ["--masks", str(tmp_path)]):
        words = ("convert", back, "--to", "coco", "--attribute", "trees-ref", "--out", again)
        assert typed(*words, *masks) == 0
        assert json.loads(Path(again).read_bytes())["annotations"] == found


def test_mask_that_is_gone_is_told_with_its_line(typed: Typed, s3: Any, tmp_path: Path) -> None:
    """Without this, a lost mask would be a picture on which nothing is."""
    file, there = painted(tmp_path, s3), str(tmp_path / "coco.json")
    s3.delete_object(Bucket=OUT, Key="rows/0.png")
    assert typed("convert", file, "--to", "coco", "--out", there) == 1
    assert "line 1: “rows-ref” is left out: its mask cannot be opened: not there" in typed.told
    assert json.loads(Path(there).read_bytes())["images"] == []
