"""Labels in other tools' formats: there and back, judged by readers that share none of our code."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from copy import copy, deepcopy
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO as JUDGE

from bot.manifests.formats import FORMATS
from bot.manifests.formats.format import Findings, Naming, Piece, Unusable
from bot.manifests.shapes import Box, Class, Cuboid, Drawing, Kind, Line, Mask, Span, Told

BOXES: Kind = "boxes"
DRAWINGS: Kind = "drawings"
NAMING = Naming("fruit", "s3://orchard-raw/", "brought", "2024-07-02T09:14:31")


class Held:
    """Files in memory, which come in pieces that end anywhere."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def paths(self) -> Iterable[str]:
        return sorted(self.files)

    def chunks(self, path: str) -> Iterator[bytes]:
        body = self.files[path]
        yield from (body[at : at + 7_919] for at in range(0, len(body), 7_919))


def joined(pieces: Iterable[Piece]) -> dict[str, bytes]:
    """The written files, as whoever writes them down has to join them."""
    sections: dict[str, dict[int, bytes]] = {}
    for path, body, section in pieces:
        of_file = sections.setdefault(path, {})
        assert section is not None or not of_file, f"{path} is written twice"
        of_file[section or 0] = of_file.get(section or 0, b"") + body
    return {
        path: b"".join(body for _section, body in sorted(of_file.items()))
        for path, of_file in sections.items()
    }


def written(name: str, *lines: Line, attribute: str = "") -> tuple[dict[str, bytes], list[str]]:
    """The files of a format, and the codes of what was found."""
    findings = Findings()
    files = joined(FORMATS[name].write(lines, attribute, findings))
    return files, [fault.code for fault in findings.kept]


def read(name: str, files: Mapping[str, bytes]) -> tuple[list[Line], list[str]]:
    findings = Findings()
    lines = list(FORMATS[name].read(Held(files), NAMING, findings))
    return lines, [fault.code for fault in findings.kept]


def coco_file(files: Mapping[str, bytes]) -> JUDGE:
    """The file, as pycocotools reads it."""
    [body] = files.values()
    judge = JUDGE()
    judge.dataset = json.loads(body)
    with redirect_stdout(io.StringIO()):
        judge.createIndex()
    return judge


def told(kind: Kind, **members: Any) -> Told:
    facts: dict[str, Any] = {
        "attribute": "fruit",
        "type": "",
        "human": True,
        "job": "brought",
        "created": "2024-07-02T09:14:31",
    }
    return Told(kind=kind, **(facts | members))


def line(number: int, *answers: Told, key: str = "", text: str = "", **more: Any) -> Line:
    address = "" if text else f"s3://orchard-raw/{key or f'a/{number:04}.jpg'}"
    return Line(number, address, text, answers, **more)


LABELS = st.sampled_from(
    ["ripe", "un ripe", "Äpfel & Birnen", "<b>", "=1+1", 'say "so"', "yes", "3"]
)
SIDE = st.integers(1, 1600).map(lambda quarters: quarters / 4)
SURE = st.none() | st.integers(0, 100).map(lambda percent: percent / 100)
SIZES = st.tuples(st.integers(800, 4000), st.integers(800, 4000))
POINTS = st.tuples(SIDE, SIDE)
A_BOX = st.builds(Box, LABELS, SIDE, SIDE, SIDE, SIDE, SURE)
A_POLYGON = st.builds(
    Drawing, LABELS, st.just("polygon"), st.lists(POINTS, min_size=3, max_size=6).map(tuple), SURE
)


@st.composite
def pictures(draw: st.DrawFn, *, polygons: bool = False) -> list[Line]:
    """Lines of pictures with boxes (and polygons), some with none."""
    lines = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        boxes = tuple(draw(st.lists(A_BOX, max_size=4)))
        drawings = tuple(draw(st.lists(A_POLYGON, max_size=2))) if polygons else ()
        kind: Kind = "drawings" if drawings else "boxes"
        answer = told(kind, boxes=boxes, drawings=drawings, size=draw(SIZES))
        lines.append(line(number, answer))
    return lines


def without_confidence(lines: Iterable[Line]) -> list[Line]:
    """The lines as a format tells them that has no confidences."""
    replace = msgspec.structs.replace
    return [
        replace(
            one,
            told=tuple(
                replace(
                    each,
                    boxes=tuple(replace(box, confidence=None) for box in each.boxes),
                    drawings=tuple(replace(it, confidence=None) for it in each.drawings),
                )
                for each in one.told
            ),
        )
        for one in lines
    ]


def nearly(lines: Iterable[Line]) -> list[Any]:
    """The lines with their numbers rounded to a millionth of a pixel."""
    return [rounded(msgspec.to_builtins(one)) for one in lines]


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value


@given(pictures(polygons=True))
def test_coco_there_and_back(lines: list[Line]) -> None:
    """Without this, a box could move, or come back under another label."""
    files, found = written("coco", *lines)
    assert found == []
    back, found = read("coco", files)
    assert (nearly(back), found) == (nearly(lines), [])


@given(pictures(polygons=True))
def test_coco_is_what_its_own_tools_read(lines: list[Line]) -> None:
    """Without this, only we could read what we call COCO."""
    judge = coco_file(written("coco", *lines)[0])
    assert len(judge.getImgIds()) == len(lines)
    for one, image in zip(lines, judge.loadImgs(sorted(judge.getImgIds())), strict=True):
        [answer] = one.told
        assert (image["width"], image["height"]) == answer.size
        assert one.address == f"s3://orchard-raw/{image['file_name']}"
        annotations = judge.loadAnns(judge.getAnnIds(imgIds=[image["id"]]))
        names = [judge.loadCats(each["category_id"])[0]["name"] for each in annotations]
        labels = [box.label for box in answer.boxes]
        assert names == labels + [drawing.label for drawing in answer.drawings]
        for box, each in zip(answer.boxes, annotations, strict=False):
            assert each["bbox"] == [box.left, box.top, box.width, box.height]
            assert each["area"] == box.width * box.height
        for each in annotations[len(answer.boxes) :]:
            assert judge.annToRLE(each)["size"] == [image["height"], image["width"]]


@given(pictures(polygons=True))
def test_yolo_there_and_back(lines: list[Line]) -> None:
    """Without this, a box could move, or come back under another label."""
    files, found = written("yolo", *lines)
    assert found == []
    back, found = read("yolo", files)
    assert (nearly(back), found) == (nearly(without_confidence(lines)), [])


@given(pictures())
def test_yolo_is_what_others_read(lines: list[Line]) -> None:
    """Without this, a training would learn boxes from their corners, or classes by wrong names."""
    files, _ = written("yolo", *lines)
    names = yaml.safe_load(files["data.yaml"])["names"]
    assert files["classes.txt"].decode().splitlines() == list(names.values())
    for one in lines:
        [answer] = one.told
        assert answer.size
        width, height = answer.size
        rows = files[f"labels/a/{one.number:04}.txt"].decode().splitlines()
        assert len(rows) == len(answer.boxes)
        for row, box in zip(rows, answer.boxes, strict=True):
            at, *sides = row.split()
            x, y, across, down = map(float, sides)
            assert names[int(at)] == box.label
            corner = ((x - across / 2) * width, (y - down / 2) * height)
            assert corner == pytest.approx((box.left, box.top), abs=1e-4)
            assert (across * width, down * height) == pytest.approx((box.width, box.height))


@given(pictures(polygons=True))
def test_voc_there_and_back(lines: list[Line]) -> None:
    """Without this, a box could move by the pixel from which VOC counts."""
    files, found = written("voc", *lines)
    assert found == []
    back, found = read("voc", files)
    assert (nearly(back), found) == (nearly(lines), [])


def test_voc_counts_from_one_and_names_the_last_pixel() -> None:
    """Without this, every box would be a pixel off for who trains by VOC's own tools."""
    box = Box("pear", 40, 52, 120, 98)
    files, _ = written("voc", line(3, told(BOXES, boxes=(box,), size=(800, 600))))
    root = ET.fromstring(files["Annotations/a/0003.xml"])  # noqa: S314 - our own file
    corners = [root.findtext(f"object/bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
    assert corners == ["41", "53", "160", "150"]
    assert root.findtext("object/name") == "pear"
    assert [root.findtext(f"size/{side}") for side in ("width", "height")] == ["800", "600"]
    assert root.findtext("filename") == "0003.jpg"


@given(pictures(polygons=True))
def test_voc_is_what_others_read(lines: list[Line]) -> None:
    """Without this, only we could read what we call VOC."""
    files, _ = written("voc", *lines)
    for one in lines:
        [answer] = one.told
        root = ET.fromstring(files[f"Annotations/a/{one.number:04}.xml"])  # noqa: S314 - our own
        labels = [box.label for box in answer.boxes]
        labels += [drawing.label for drawing in answer.drawings]
        assert [each.findtext("name") for each in root.iter("object")] == labels
        for box, each in zip(answer.boxes, root.iter("bndbox"), strict=False):
            corners = [float(corner.text or "nan") for corner in each]
            right, bottom = box.left + box.width, box.top + box.height
            assert corners == [box.left + 1, box.top + 1, right, bottom]


@given(pictures())
def test_augmented_manifest_there_and_back(lines: list[Line]) -> None:
    """Without this, a box of several people, which lies between pixels, would move."""
    files, found = written("augmented", *lines)
    assert found == []
    back, found = read("augmented", files)
    assert found == []
    for there, here in zip(lines, back, strict=True):
        [said], [told_again] = there.told, here.told
        assert here.address == there.address
        assert told_again.size == said.size
        sure = [msgspec.structs.replace(box, confidence=box.confidence or 0) for box in said.boxes]
        assert list(told_again.boxes) == sure


@given(pictures(polygons=True))
def test_table_there_and_back(lines: list[Line]) -> None:
    """Without this, a table would be a way by which labels move."""
    files, found = written("csv", *lines)
    back, found_again = read("csv", files)
    assert (back, found, found_again) == (lines, [], [])


@given(pictures(polygons=True))
def test_label_studio_there_and_back(lines: list[Line]) -> None:
    """Without this, a box could move, or come back under another label."""
    files, found = written("label-studio", *lines)
    assert found == []
    back, found = read("label-studio", files)
    assert (nearly(back), found) == (nearly(lines), [])


def test_label_studio_counts_in_percent() -> None:
    """Without this, its page would draw the boxes elsewhere."""
    box = Box("pear", 40, 60, 120, 90)
    files, _ = written("label-studio", line(1, told(BOXES, boxes=(box,), size=(800, 600))))
    [task] = json.loads(files["tasks.json"])
    assert task["data"] == {"image": "s3://orchard-raw/a/0001.jpg"}
    [result] = task["annotations"][0]["result"]
    assert result["type"] == "rectanglelabels"
    assert result["original_width"] == 800
    expected = {"x": 5.0, "y": 10.0, "width": 15.0, "height": 15.0, "rotation": 0}
    assert result["value"] == {**expected, "rectanglelabels": ["pear"]}


TEXT = "Ana met Noor in Lyon"
EVERY_KIND = (
    line(1, told("classes", type="image-classification", classes=(Class("ripe", 0.5),))),
    line(2, told("classes", type="image-classification-multilabel", classes=())),
    line(
        3,
        told(BOXES, type="object-detection", boxes=(Box("a", 1, 2, 3.5, 4, 0.25),), size=(90, 90)),
    ),
    line(4, told(BOXES, type="object-detection", size=(90, 90))),
    line(
        5,
        told(
            DRAWINGS,
            type="custom",
            drawings=(
                Drawing("leaf", "polygon", ((1, 2), (3, 4), (5, 6.5))),
                Drawing("stem", "polyline", ((1, 2), (3, 4))),
                Drawing("eye", "keypoint", ((1, 2),)),
            ),
            size=(90, 90),
        ),
    ),
    line(
        6,
        told(
            "mask",
            attribute="rows-ref",
            type="semantic-segmentation",
            mask=Mask("s3://o/6.png", (("#2ca02c", "tree"), ("#00ff00", "path"))),
        ),
    ),
    line(7, told("spans", type="text-span", spans=(Span("Person", 0, 3, 0.5),)), text=TEXT),
    line(
        8,
        told(
            "frames",
            attribute="cars-ref",
            type="video-object-tracking",
            address="s3://o/SeqLabel.json",
            classes=(Class("car"), Class("bus")),
            class_numbers=("3", "0"),
        ),
    ),
    line(
        9,
        told(
            "cloud",
            type="point_cloud_object_detection",
            cuboids=(Cuboid("car", (1.5, 2, 3), (4, 5, 6), 0.25, 0.5),),
        ),
        told(
            "cloud",
            attribute="sequence-ref",
            type="point_cloud_object_detection",
            address="s3://orchard-out/SeqLabel.json",
            classes=(Class("car"),),
            class_numbers=("3",),
        ),
    ),
    line(
        10,
        told("classes", attribute="a", type="image-classification", classes=(Class("x", 0.1),)),
        told(
            "opinion",
            attribute="b",
            type="label-verification",
            classes=(Class("bad", 0.9),),
            comments=("too\nwide", '=CMD("x")'),
            about="a",
        ),
    ),
    line(11, told(BOXES, type="object-detection", labeled=False, failure="No bytes.")),
    line(12),
    line(
        13,
        told(
            BOXES,
            type="object-detection",
            boxes=(Box("'=a", 0, 0, 30, 30, 0.0),),
            size=(90, 90),
            adjusted=True,
            human=False,
            job="",
        ),
    ),
)


def test_table_keeps_all_that_can_be_told() -> None:
    """Without this, a spreadsheet would be a way by which labels get lost."""
    files, found = written("csv", *EVERY_KIND)
    assert found == []
    back, found = read("csv", files)
    assert found == []
    for there, here in zip(EVERY_KIND, back, strict=True):
        assert here == there


def test_augmented_manifest_keeps_all_that_can_be_told() -> None:
    """Without this, labels that come from elsewhere could not go on to a job or a dataset."""
    files, found = written("augmented", *EVERY_KIND)
    assert found == []
    back, found = read("augmented", files)
    assert found == []
    for there, here in zip(EVERY_KIND, back, strict=True):
        assert here == there


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_no_cell_is_a_formula_and_none_is_changed(texts: list[str]) -> None:
    """Without this, a label typed by anybody would run in the spreadsheet of who opens it."""
    kept = [text for text in texts if text]
    lines = [line(at, told("classes", classes=(Class(text),))) for at, text in enumerate(kept, 1)]
    files, _ = written("csv", *lines)
    rows = list(csv.DictReader(io.StringIO(files["labels.csv"].decode(), newline="")))
    assert not any(row["label"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    back, _ = read("csv", files)
    assert [one.told[0].classes[0].name for one in back] == kept


def test_what_else_a_task_of_label_studio_tells_is_named() -> None:
    """Without this, a model's predictions, or who took a picture, would go without a word."""
    task = {
        "data": {"image": "s3://b/1.jpg", "camera": "north"},
        "annotations": [{"result": []}],
        "predictions": [{"result": []}],
    }
    bare = {"data": {"image": "1.jpg"}, "annotations": [], "predictions": []}
    lines, found = read("label-studio", {"tasks.json": json.dumps([task, bare]).encode()})
    assert len(lines) == 2
    assert found == ["data", "predictions"]


def test_caption_of_coco_is_named_and_spoils_no_file() -> None:
    """Without this, one caption would keep every box of the file from being read."""
    file = {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 9, "height": 9}],
        "categories": [{"id": 1, "name": "ripe"}],
        "annotations": [
            {"image_id": 1, "caption": "three pears"},
            {"image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3]},
            {"image_id": 1, "bbox": [1, 1, 3, 3]},
        ],
    }
    [found], codes = read("coco", {"mine.json": json.dumps(file).encode()})
    assert len(found.told[0].boxes) == 1
    assert codes == ["caption", "category"]


def test_table_of_ones_own_is_read() -> None:
    """Without this, only our own tables could be brought back."""
    table = b"source-ref,source,label\r\ns3://b/1.jpg,,ripe\r\ns3://b/2.jpg,,overripe\r\n"
    lines, found = read("csv", {"mine.csv": b"\xef\xbb\xbf" + table})
    assert found == []
    assert [(one.address, one.told[0].classes) for one in lines] == [
        ("s3://b/1.jpg", (Class("ripe"),)),
        ("s3://b/2.jpg", (Class("overripe"),)),
    ]
    assert lines[0].told[0].attribute == "fruit"


@pytest.mark.parametrize(
    ("table", "figure"),
    [
        (b"image,label\na/1.jpg,ripe\n", Class("ripe")),
        (b"Filename,class\na/1.jpg,ripe\n", Class("ripe")),
        (b"source-ref,label\ns3://b/a/1.jpg,ripe\n", Class("ripe")),
        (b"image,label,source\na/1.jpg,ripe,web\n", Class("ripe")),
        (
            b"source-ref,label,xmin,ymin,xmax,ymax\ns3://b/a/1.jpg,ripe,3,4,13,24\n",
            Box("ripe", 3, 4, 10, 20),
        ),
        (
            b"filename,width,height,class,xmin,ymin,xmax,ymax\na/1.jpg,640,480,ripe,3,4,13,24\n",
            Box("ripe", 3, 4, 10, 20),
        ),
        (b"image_path,x1,y1,x2,y2,class_name\na/1.jpg,3,4,13,24,ripe\n", Box("ripe", 3, 4, 10, 20)),
        (b"image,label,left,top,width,height\na/1.jpg,ripe,3,4,10,20\n", Box("ripe", 3, 4, 10, 20)),
    ],
)
def test_table_of_another_tool_is_read(table: bytes, figure: Class | Box) -> None:
    """Without this, whoever has a plain table of pictures and labels would have to rewrite it."""
    findings = Findings()
    naming = Naming("fruit", "s3://b/")
    [found] = FORMATS["csv"].read(Held({"mine.csv": table}), naming, findings)
    assert findings.kept == []
    assert found.address == "s3://b/a/1.jpg"
    assert (*found.told[0].classes, *found.told[0].boxes) == (figure,)


def test_table_whose_corners_are_no_numbers_names_the_row() -> None:
    """Without this, a box that cannot be read would become a class, or nothing."""
    table = b"filename,class,xmin,ymin,xmax,ymax\n1.jpg,ripe,a,4,13,24\n2.jpg,ripe,3,4,,24\n"
    findings = Findings()
    naming = Naming("fruit", "s3://b/")
    lines = list(FORMATS["csv"].read(Held({"mine.csv": table}), naming, findings))
    assert [fault.line for fault in findings.kept] == [1, 2]
    assert len(lines) == 2


def test_table_without_labels_or_places_says_what_it_lacks() -> None:
    """Without this, the remedy would be guessed."""
    for table, words in (
        (b"picture,kind\n1.jpg,ripe\n", "no column of pictures and none of labels"),
        (b"image,kind\n1.jpg,ripe\n", "no column of labels"),
    ):
        with pytest.raises(Unusable, match=words):
            read("csv", {"mine.csv": table})


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("coco", {3, 4, 13}),
        ("yolo", {3, 4, 13}),
        ("voc", {3, 4, 13}),
        ("label-studio", {1, 2, 3, 4, 7, 13}),
        ("custom-labels", {1, 2, 3, 4, 13}),
    ],
)
def test_what_cannot_be_held_is_named_by_its_line(name: str, held: set[int]) -> None:
    """Without this, labels would be dropped in silence, and missed in the training."""
    findings = Findings()
    joined(FORMATS[name].write(EVERY_KIND, "", findings))
    named = {fault.line for fault in findings.kept if not fault.code.startswith("WARNING")}
    assert named >= {one.number for one in EVERY_KIND} - held - {12}
    assert not named & held - {2}
    assert all(fault.text for fault in findings.kept)


def test_newest_label_that_fits_is_taken_and_the_other_named() -> None:
    """Without this, a corrected box and the wrong one before it would both be trained with."""
    first = told(BOXES, boxes=(Box("a", 1, 1, 2, 2),), size=(90, 90), created="2024-01-01")
    second = told(
        BOXES,
        attribute="fixed",
        boxes=(Box("b", 1, 1, 2, 2),),
        size=(90, 90),
        created="2024-01-02",
    )
    for answers in ((first, second), (second, first)):
        files, found = written("coco", line(1, *answers))
        assert b'"name":"b"' in files["annotations.json"]
        assert found == ["older"]
    files, found = written("coco", line(1, first, second), attribute="fruit")
    assert b'"name":"a"' in files["annotations.json"]
    assert found == []


def test_object_without_a_label_is_no_empty_picture() -> None:
    """Without this, pictures that nobody looked at would teach that nothing is there."""
    nothing = line(1, told(BOXES, size=(90, 90)))
    files, found = written("coco", nothing, line(2))
    assert len(json.loads(files["annotations.json"])["images"]) == 1
    assert found == ["unlabeled"]
    files, found = written("yolo", nothing, line(2))
    assert files["labels/a/0001.txt"] == b""
    assert found == ["unlabeled"]


def test_other_names_of_a_line_are_told() -> None:
    """Without this, what somebody keeps beside the labels would be gone without a word."""
    for name in FORMATS:
        files, found = written(name, line(1, told(BOXES, size=(90, 90)), others=("batch",)))
        assert files
        assert "other" in found


def test_two_pictures_of_one_name_do_not_write_over_each_other() -> None:
    """Without this, the labels of one picture would stand in the file of the other."""
    answer = told(BOXES, boxes=(Box("a", 1, 1, 2, 2),), size=(90, 90))
    for name, path in (("yolo", "labels/a/x.txt"), ("voc", "Annotations/a/x.xml")):
        files, found = written(name, line(1, answer, key="a/x.jpg"), line(2, answer, key="a/x.png"))
        assert path in files
        assert found == ["repeat"]


@pytest.mark.parametrize("address", ["s3://b/../../etc/cron.d/x.jpg", "https://evil/x.jpg", "x"])
def test_no_path_leads_out_of_the_folder(address: str) -> None:
    """Without this, a manifest from elsewhere could write any file of whoever converts it."""
    one = Line(1, address, "", (told(BOXES, size=(90, 90)),))
    for name in ("yolo", "voc"):
        files, found = written(name, one)
        assert found == ["no-picture"]
        assert not any(".." in path or path.startswith("/") for path in files)


def test_polygon_goes_into_a_manifest_of_boxes_as_its_box() -> None:
    """Without this, COCO's instances would come into a job without any figure."""
    triangle = Drawing("leaf", "polygon", ((10, 20), (40, 20), (10, 60)))
    one = line(1, told(DRAWINGS, drawings=(triangle,), size=(90, 90)))
    for name in ("augmented", "custom-labels"):
        files, found = written(name, one)
        [body] = files.values()
        assert json.loads(body)["fruit"]["annotations"] == [
            {"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40}
        ]
        assert found == ["boxed"]


def test_custom_labels_get_whole_pixels_within_the_picture() -> None:
    """Without this, Rekognition would reject boxes that lie between pixels or beyond the edge."""
    box = Box("a", 700.4, 10.6, 200, 20, 0.5)
    files, _found = written("custom-labels", line(1, told(BOXES, boxes=(box,), size=(800, 600))))
    [body] = files.values()
    assert json.loads(body)["fruit"]["annotations"] == [
        {"class_id": 0, "left": 700, "top": 11, "width": 100, "height": 20}
    ]


def coco(**more: Any) -> dict[str, bytes]:
    image = {"id": 7, "file_name": "a/1.jpg", "width": 80, "height": 60}
    annotation = {"id": 1, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3.5, 4], "iscrowd": 0}
    said = {
        "images": [image],
        "annotations": [annotation | more],
        "categories": [{"id": 2, "name": "pear"}],
    }
    return {"instances.json": json.dumps(said).encode()}


@pytest.mark.parametrize(
    ("more", "code", "figures"),
    [
        ({}, [], 1),
        ({"iscrowd": 1}, ["crowd"], 0),
        ({"category_id": 3}, ["category"], 0),
        ({"image_id": 8}, ["image"], 0),
        ({"bbox": [1, 2, 3]}, ["figure"], 0),
        ({"bbox": [1, 2, 3, "4"]}, ["figure"], 0),
        ({"bbox": None}, ["figure"], 0),
        ({"segmentation": {"size": [60, 80], "counts": "abc"}}, ["mask"], 1),
        ({"segmentation": [[1, 2, 3, 4, 5, 6]]}, [], 1),
        ({"segmentation": [[1, 2, 3, 4, 5, 6]] * 2}, ["parts"], 2),
        ({"segmentation": [[1, 2, 3]]}, ["figure"], 0),
        ({"keypoints": [1, 2, 2]}, ["figure"], 1),
    ],
)
def test_what_is_odd_in_coco_costs_only_itself(
    more: dict[str, Any], code: list[str], figures: int
) -> None:
    """Without this, one crowd of people would cost a file of a million boxes."""
    [one], found = read("coco", coco(**more))
    assert one.address == "s3://orchard-raw/a/1.jpg"
    assert found == code
    assert sum(len(each.boxes) + len(each.drawings) for each in one.told) == figures


def test_image_that_coco_has_twice_is_told() -> None:
    """Without this, one picture's boxes would come to another one, and nobody know."""
    said = json.loads(coco()["instances.json"])
    said["images"] *= 2
    lines, found = read("coco", {"instances.json": json.dumps(said).encode()})
    assert [len(each.told[0].boxes) for each in lines] == [1, 1]
    assert found == ["image", "image"]


PEAR = "<name>pear</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("<pose>Unspecified</pose><truncated>0</truncated><part/>", []),
        ("<truncated>1</truncated>", ["attribute"]),
        (f"<part>{PEAR}</part>", ["attribute"]),
    ],
)
def test_what_voc_says_besides_is_told(more: str, code: list[str]) -> None:
    """Without this, a head within a body would be dropped and nobody know."""
    size = "<size><width>90</width><height>90</height></size>"
    body = f"<annotation>{size}<object>{PEAR}{more}</object></annotation>".encode()
    (one,), found = read("voc", {"Annotations/1.xml": body})
    assert len(one.told[0].boxes) == 1
    assert found == code


def studio(*results: dict[str, Any]) -> dict[str, bytes]:
    """A task of Label Studio with these results."""
    task = {"data": {"image": "s3://b/1.jpg"}, "annotations": [{"result": results}]}
    return {"tasks.json": json.dumps([task]).encode()}


def test_what_of_label_studio_is_left_out_is_told() -> None:
    """Without this, a figure's second label and what belongs together would be lost unseen."""
    sides = {"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["pear", "ripe"]}
    size = {"original_width": 90, "original_height": 90}
    box = {"from_name": "f", "type": "rectanglelabels", "value": sides, **size}
    relation = {"from_id": "a", "to_id": "b", "type": "relation"}
    (one,), found = read("label-studio", studio(box, relation))
    assert [box.label for box in one.told[0].boxes] == ["pear"]
    assert found == ["figure", "figure"]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("label-studio", studio({"from_name": "f", "type": "ellipselabels", "value": {"x": 1}})),
        ("label-studio", studio({"type": "relation"})),
        ("coco", coco(bbox=None)),
        ("voc", {"Annotations/1.xml": b"<annotation><object/></annotation>"}),
        (
            "yolo",
            {
                "data.yaml": b"names: [pear]",
                "labels/1.txt": b"0 nan 0 0 0",
                "pictures.csv": b"labels,source-ref,width,height\nlabels/1.txt,s3://b/1.jpg,9,9\n",
            },
        ),
    ],
)
def test_figure_that_cannot_be_read_is_not_nothing(name: str, files: dict[str, bytes]) -> None:
    """Without this, a picture would count as one on which people saw nothing."""
    (one,), found = read(name, files)
    assert one.told == ()
    assert found == ["row" if name == "yolo" else "figure"]


@pytest.mark.parametrize(("left", "told_of"), [(0, False), (10, False), (-30, True), (85, True)])
def test_box_that_yolo_cannot_hold_is_told(left: float, told_of: bool) -> None:
    """Without this, a trainer would leave its picture out, and people miss it in a log."""
    box = Box("pear", left, 1, 40, 2)
    _files, found = written("yolo", line(7, told(BOXES, boxes=(box,), size=(90, 90))))
    assert found == (["outside"] if told_of else [])


def test_labels_of_yolo_know_their_picture_beside_them() -> None:
    """Without this, only our own files could be read: YOLO leaves sizes to the picture."""
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\xc8\x00\x00\x00\x64\x08\x02\x00\x00\x00"
    files = {
        "data.yaml": b"names: [pear, plum]\n",
        "images/train/1.png": png + bytes(60),
        "labels/train/1.txt": b"1 0.5 0.5 0.25 0.5\n\n0 0 0 0.5 0 0.5 0.5\n",
        "labels/train/2.txt": b"0 0.5 0.5 1 1\n",
    }
    lines, found = read("yolo", files)
    assert found == ["no-picture"]
    assert lines[0].address == "s3://orchard-raw/train/1.png"
    assert lines[0].told[0].boxes == (Box("plum", 75, 25, 50, 50),)
    assert lines[0].told[0].drawings[0].points == ((0, 0), (100, 0), (100, 50))


@pytest.mark.parametrize(
    "row", [b"9 0 0 1 1", b"0 0 0 1", b"a b c d e", b"0 nan 0 1 1", b"0 1e99 0 1 1", b"\xff\xfe"]
)
def test_row_of_yolo_that_cannot_be_read_is_named(row: bytes) -> None:
    """Without this, one bad row would cost the file, or come back as a box of no place."""
    good = written("yolo", line(1, told(BOXES, boxes=(Box("a", 1, 1, 2, 2),), size=(90, 90))))[0]
    lines, found = read("yolo", good | {"labels/a/0001.txt": row + b"\n0 0.5 0.5 1 1\n"})
    assert found == ["row"]
    assert lines[0].told[0].boxes == (Box("a", 0, 0, 90, 90),)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<annotation><filename>&b;</filename></annotation>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<annotation><filename>&a;</filename></annotation>"""


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        BOMB.decode().encode("utf-16"),
        b"<annotation>" * 200,
        b"<annotation><object>",
        b"<html></html>",
        b"",
        b"\x00\xff",
    ],
)
def test_hostile_xml_is_a_finding(body: bytes) -> None:
    """Without this, a file of a few bytes could fill the memory, or read this machine's files."""
    lines, found = read("voc", {"Annotations/1.xml": body})
    assert (lines, found) == ([], ["xml"])


def tried(name: str, files: Mapping[str, bytes]) -> tuple[list[Line], str | None]:
    """The lines, and the words where the files are refused as a whole."""
    try:
        return read(name, files)[0], None
    except Unusable as error:
        return [], error.words


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"[[]]", b'{"images":1}', b"\xff" * 99, b"a,b\n"]
)
def test_what_is_no_file_of_the_format_is_told_in_words(name: str, body: bytes) -> None:
    """Without this, a wrong file would end in a crash nobody can act on."""
    files = {FORMATS[name].file or "labels/1.txt": body}
    lines, words = tried(name, files)
    assert lines == []
    assert words is None or len(words) > 10


@given(st.binary(max_size=60), st.sampled_from(sorted(FORMATS)))
def test_no_bytes_crash_a_reader(body: bytes, name: str) -> None:
    """Without this, whoever brings a broken file would stop the bot's conversion of it for good."""
    files = {FORMATS[name].file or "labels/1.txt": body, "data.yaml": body}
    if name not in {"yolo", "voc"}:
        del files["data.yaml"]
    tried(name, files)


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    "",
    "x",
    "nan",
    [],
    {},
    [None],
    {"a": 1},
    [[1, 2]],
    10**18,
)


def broken(value: Any, chance: Random) -> Any:
    """The value with another one somewhere in it, or with something left out."""
    if isinstance(value, dict | list) and value and chance.random() < 0.9:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chance.choice(keys)
        value = copy(value)
        if isinstance(value, dict) and chance.random() < 0.1:
            del value[key]
        else:
            value[key] = broken(value[key], chance)
        return value
    return deepcopy(chance.choice(ODD))


@pytest.mark.parametrize("name", ["coco", "label-studio", "augmented"])
def test_no_odd_value_crashes_a_reader_or_a_writer(name: str) -> None:
    """Without this, one strange line of somebody's file would end the conversion of all."""
    chance, place = Random(7), FORMATS[name].file
    body = written(name, *EVERY_KIND)[0][place]
    values = [json.loads(part) for part in (body.splitlines() if name == "augmented" else [body])]
    for _ in range(40):
        at = chance.randrange(len(values))
        odd = [*values[:at], broken(values[at], chance), *values[at + 1 :]]
        files = {place: b"\n".join(json.dumps(each).encode() for each in odd)}
        lines, _words = tried(name, files)
        for other in FORMATS:
            written(other, *lines)


@pytest.mark.parametrize("size", ["0,9", "9,0", "-1,9", "x,9"])
def test_picture_of_no_size_is_no_picture(size: str) -> None:
    """Without this, a size of nothing would end the conversion of all by a division."""
    table = f"labels,source-ref,width,height\nlabels/1.txt,s3://b/1.jpg,{size}\n".encode()
    files = {"pictures.csv": table, "classes.txt": b"a\n", "labels/1.txt": b"0 0.5 0.5 1 1\n"}
    lines, _words = tried("yolo", files)
    assert lines == []


def many(count: int) -> Iterator[Line]:
    answer = told(BOXES, boxes=(Box("a", 1, 1, 2, 2, 0.5),) * 4, size=(90, 90))
    return (line(number, answer) for number in range(1, count + 1))


@pytest.mark.parametrize("name", ["coco", "csv", "augmented", "label-studio"])
def test_writing_a_file_holds_no_lines(name: str) -> None:
    """Without this, a million lines would take gigabytes of memory."""
    findings = Findings()
    tracemalloc.start()
    try:
        size = sum(len(each.body) for each in FORMATS[name].write(many(1_000), "", findings))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 200_000
    assert most < 200_000


def test_findings_are_counted_and_a_few_are_kept() -> None:
    """Without this, a million findings would fill the memory that the lines do not."""
    findings = Findings()
    for number in range(5_000):
        findings.note(number, "kind", "words")
    assert (len(findings.kept), findings.total) == (200, 5_000)


LABELIMG = b"""<annotation verified="yes">
	<folder>a</folder>
	<filename>1.jpg</filename>
	<path>C:\\mara\\a\\1.jpg</path>
	<source><database>Unknown</database></source>
	<size><width>800</width><height>600</height><depth>3</depth></size>
	<segmented>0</segmented>
	<object>
		<name>pear</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>
		<bndbox><xmin>41</xmin><ymin>53</ymin><xmax>160</xmax><ymax>150</ymax></bndbox>
	</object>
</annotation>"""
EXPORT = [
    {
        "id": 3,
        "file_upload": "1b2c-1.jpg",
        "data": {"image": "/data/upload/1/1.jpg"},
        "annotations": [
            {
                "id": 4,
                "completed_by": 1,
                "was_cancelled": False,
                "created_at": "2024-07-04T08:00:00Z",
                "lead_time": 8.5,
                "result": [
                    {
                        "id": "x",
                        "from_name": "label",
                        "to_name": "image",
                        "type": "rectanglelabels",
                        "origin": "manual",
                        "original_width": 800,
                        "original_height": 600,
                        "image_rotation": 0,
                        "value": {
                            "x": 5,
                            "y": 8.666666666666668,
                            "width": 15,
                            "rotation": 0,
                            "height": 16.333333333333332,
                            "rectanglelabels": ["pear"],
                        },
                    }
                ],
            },
            {"id": 5, "was_cancelled": True, "result": []},
        ],
    }
]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("voc", {"1.xml": LABELIMG}),
        ("coco", coco(bbox=[40, 52, 120, 98])),
        ("label-studio", {"project-1-at-2024.json": json.dumps(EXPORT).encode()}),
    ],
)
def test_files_are_read_as_other_tools_write_them(name: str, files: Mapping[str, bytes]) -> None:
    """Without this, we would read back what we wrote, and nothing that others write."""
    [one], found = read(name, files)
    assert found == []
    assert one.address.startswith("s3://orchard-raw/")
    assert one.address.endswith("1.jpg")
    [box] = one.told[0].boxes
    assert box.label == "pear"
    sides = (box.left, box.top, box.width, box.height)
    assert sides == pytest.approx((40, 52, 120, 98))
