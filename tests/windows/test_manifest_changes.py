"""`labeljob manifest convert`, `diff`, `merge` and `relabel` as they are typed."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.windows.test_manifest_command import (  # noqa: F401 - fixtures
    OUT,
    Typed,
    cloud,
    fixture_s3,
    manifest,
    typed,
)


def boxes(key: str, *drawn: tuple[int, int, int, int], label: str = "pear") -> dict[str, Any]:
    sides = ("left", "top", "width", "height")
    return {
        "source-ref": f"s3://orchard-raw/{key}",
        "fruit": {
            "image_size": [{"width": 800, "height": 600, "depth": 3}],
            "annotations": [{"class_id": 1} | dict(zip(sides, box, strict=True)) for box in drawn],
        },
        "fruit-metadata": {
            "objects": [{"confidence": 0.5} for _ in drawn],
            "class-map": {"1": label},
            "type": "groundtruth/object-detection",
            "job-name": "labeling-job/july",
            "human-annotated": "yes",
            "creation-date": "2024-07-03T11:00:02.553100",
        },
    }


ONE, TWO = boxes("a/1.jpg", (40, 52, 120, 98)), boxes("b/2.jpg")
SPAN = {
    "source": "Ana met Noor",
    "who": {"annotations": {"labels": [], "entities": []}},
    "who-metadata": {"type": "groundtruth/text-span"},
}


@pytest.mark.parametrize("form", ["coco", "yolo", "voc", "csv", "label-studio", "augmented"])
def test_labels_go_into_a_format_and_come_back(typed: Typed, tmp_path: Path, form: str) -> None:  # noqa: F811
    """Without this, handing labels on would be a script of everybody's own."""
    there = tmp_path / "there"
    there.mkdir()
    out = f"{there}/"
    assert typed("convert", manifest(tmp_path, ONE, TWO), "--to", form, "--out", out, "--json") == 0
    assert (typed.said["lines"], typed.said["to"], typed.said["findings"]) == (2, form, [])
    files = [file for file in there.rglob("*") if file.is_file()]
    place = str(files[0]) if len(files) == 1 else str(there)
    back = str(tmp_path / "back.manifest")
    words = ("convert", place, "--to", "augmented", "--as", "fruit", "--out", back)
    assert typed(*words) == 0
    lines = [json.loads(line) for line in Path(back).read_text().splitlines()]
    lines.sort(key=lambda line: line["source-ref"])
    assert [line["source-ref"] for line in lines] == [ONE["source-ref"], TWO["source-ref"]]
    [box] = lines[0]["fruit"]["annotations"]
    assert [box[side] for side in ("left", "top", "width", "height")] == [40, 52, 120, 98]
    assert lines[0]["fruit-metadata"]["class-map"] == {"0": "pear"}


def test_what_does_not_fit_is_told_by_line_and_exit_code(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, a script would train without the labels that were left out."""
    assert typed("convert", manifest(tmp_path, ONE, SPAN), "--to", "coco") == 1
    assert json.loads(typed.told)["categories"] == [{"id": 1, "name": "pear"}]
    assert "line 2: “who”: COCO holds no text spans" in typed.warned
    assert "COCO does not keep dates" in typed.warned


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "yolo"), "is a folder of files: say --out"),
        (("--to", "coco", "--json"), "With --json the output is the report"),
        (("--to", "csv", "--from", "coco"), "This is no file of COCO's annotations"),
        (("--to", "csv", "--pictures", "x"), "This is not an S3 address"),
        (("--to", "csv", "--out", "/dev/null/x"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_unusable(
    typed: Typed,  # noqa: F811
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
) -> None:
    """Without this, a slip would leave half a file, or a report in the middle of one."""
    assert typed("convert", manifest(tmp_path, ONE), *words) == 2
    assert said in typed.warned


def test_format_is_known_by_its_files(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, whoever brings a folder would have to know what its makers call it."""
    out = str(tmp_path / "yolo")
    assert typed("convert", manifest(tmp_path, ONE), "--to", "yolo", "--out", out) == 0
    for names_classes in ("data.yaml", "classes.txt"):
        assert typed("convert", out, "--to", "csv", "--json", "--out", str(tmp_path / "x")) == 0
        assert typed.said["from"] == "yolo"
        (tmp_path / "yolo" / names_classes).unlink()
    (tmp_path / "yolo" / "pictures.csv").rename(tmp_path / "yolo" / "more.txt")
    assert typed("convert", out, "--to", "csv") == 2
    assert "It is not clear which format this is" in typed.warned


def test_nothing_half_written_stays(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, a file that broke off would pass for a whole one."""
    coco = tmp_path / "x.json"
    images = [{"id": 1, "file_name": "1.jpg"}]
    coco.write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    out = tmp_path / "out.manifest"
    assert typed("convert", str(coco), "--to", "csv", "--out", str(out)) == 2
    assert "--pictures s3://bucket/folder/" in typed.warned
    assert [file.name for file in tmp_path.iterdir()] == ["x.json"]


def test_zip_in_s3_and_back(typed: Typed, tmp_path: Path, s3: Any) -> None:  # noqa: F811
    """Without this, a dataset in S3 would have to be downloaded to be converted."""
    place = f"s3://{OUT}/exports/july.zip"
    assert typed("convert", manifest(tmp_path, ONE, TWO), "--to", "yolo", "--out", place) == 0
    body = s3.get_object(Bucket=OUT, Key="exports/july.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels/b/2.txt") == b""
        for name in archive.namelist():
            s3.put_object(Bucket=OUT, Key=f"yolo/{name}", Body=archive.read(name))
    assert typed("convert", place, "--to", "csv") == 0
    from_zip = list(csv.DictReader(io.StringIO(typed.told)))
    assert typed("convert", f"s3://{OUT}/yolo/", "--to", "csv") == 0
    from_folder = list(csv.DictReader(io.StringIO(typed.told)))
    assert [row["label"] for row in from_zip] == ["pear", ""]
    assert [row["source-ref"] for row in from_folder] == [row["source-ref"] for row in from_zip]


def test_ledger_of_a_job(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, the seven that lack would be searched by hand."""
    given = tmp_path / "given.manifest"
    keys = ("a/1.jpg", "b/2.jpg", "c.jpg", "a/1.jpg")
    given.write_text("".join(f'{{"source-ref":"s3://orchard-raw/{key}"}}\n' for key in keys))
    failed = {
        "source-ref": "s3://orchard-raw/b/2.jpg",
        "fruit-metadata": {"failure-reason": "The task expired."},
    }
    made = manifest(tmp_path, ONE, failed)
    assert typed("diff", str(given), made, "--json") == 1
    said = typed.said
    assert said["attribute"] == "fruit"
    assert {state: many for state, many in said["states"].items() if many} == {
        "labeled": 1,
        "expired": 1,
        "never-sent": 1,
        "duplicate": 1,
    }
    assert said["entries"][0] == {
        "line": 2,
        "object": "s3://orchard-raw/b/2.jpg",
        "state": "expired",
        "reason": "The task expired.",
    }
    table = tmp_path / "ledger.csv"
    assert typed("diff", str(given), made, "--out", str(table)) == 1
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert [row["state"] for row in rows] == ["expired", "never-sent", "duplicate"]
    assert "1 of 4 objects labeled as fruit. 3 objects have no label: 1 expired" in typed.told
    assert typed("diff", made, made, "--attribute", "fruit") == 1
    assert typed("diff", manifest(tmp_path, ONE, TWO), made, "--json") == 0


def test_parts_become_one(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, a job in several parts would be several datasets."""
    files = []
    for name, lines in (("x", [ONE]), ("y", [TWO, {"source-ref": ONE["source-ref"], "batch": 7}])):
        folder = tmp_path / name
        folder.mkdir()
        files.append(manifest(folder, *lines))
    out = tmp_path / "whole.manifest"
    assert typed("merge", *files, "--out", str(out), "--json") == 0
    assert typed.said["lines"] == 2
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["source-ref"]: line.get("batch") for line in lines} == {
        ONE["source-ref"]: 7,
        TWO["source-ref"]: None,
    }
    assert typed("merge", files[0], "-") == 2


def test_labels_get_other_names(typed: Typed, tmp_path: Path) -> None:  # noqa: F811
    """Without this, a misspelled label would cost a job of its own."""
    file = manifest(tmp_path, ONE, TWO)
    assert typed("relabel", file, "--rename", "pear=Pyrus") == 0
    first = json.loads(typed.told.splitlines()[0])
    assert first["fruit-metadata"]["class-map"] == {"1": "Pyrus"}
    assert typed("relabel", file, "--merge", "plum,pears=fruit") == 1
    assert "2 lines written.\nno line has a label “plum”" in typed.warned
    assert typed("relabel", file) == 2
    assert typed("relabel", file, "--rename", "pear") == 2
