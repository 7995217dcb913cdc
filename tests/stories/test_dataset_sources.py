"""Where a dataset's pictures come from: each source of `/dataset create`, from the choice to what
Rekognition has.
"""

import io
import json
import re
import zipfile
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from tests.stories.test_create import pick
from tests.stories.test_datasets import dataset_thread, imported, rekognition
from tests.stories.world import World, an_order, shown

CHANNEL = "own-sources"


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a finished job of pictures."""
    made = one_world.channel(CHANNEL)
    one_world.ask(an_order("from-image"), made)
    one_world.finish("from-image")
    return made


def test_a_finished_job_is_chosen_from_a_list(world: World, channel: str) -> None:
    """Without this, whoever does not find the job's card would have to type its manifest."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", "job", project={"value": "project-from-list"})
    assert set(world.mara.fill()["errors"]) == {"finished_job"}
    chosen = world.mara.choose("finished_job", "image")
    assert not world.mara.fill(finished_job={"selected_option": chosen}).get("errors")
    imported(world)
    stats, counts = rekognition(world, "project-from-list")
    assert stats["TotalEntries"] == 8
    assert counts
    assert "Dataset from-image" in world.thread("from-image", channel)[-1]


def test_what_was_typed_for_a_source_comes_back_with_it(world: World, channel: str) -> None:
    """Without this, looking at another choice would cost what was typed."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    address = f"s3://{seed.OUT}/some/output.manifest"
    pick(world.mara, "origin", "job", manifest_uri={"value": address})
    assert address not in shown(world.mara.view())
    chosen = {"selected_option": world.mara.choose("finished_job", "image")}
    pick(world.mara, "origin", "manifest", finished_job=chosen)
    field = next(one for one in world.mara.view()["blocks"] if one["block_id"] == "manifest_uri")
    assert field["element"]["initial_value"] == address
    pick(world.mara, "origin", "job")
    assert '"initial_option": {"text": {"type": "plain_text", "text": "from-image"' in json.dumps(
        world.mara.view()["blocks"]
    )


STORE = f"s3://{seed.OUT}/datasets/"


def folder(world: World, name: str, *keys: str) -> str:
    """A folder with these files in it; its address."""
    for key in keys:
        world.put(f"{name}/{key}", b"\xff\xd8\xff a picture")
    return f"s3://{seed.RAW}/{name}/"


def reviewed(
    world: World, channel: str, project: str, address: str, origin: str = "folder", **more: Any
) -> dict[str, Any]:
    """Fill the form for a folder or a file, as far as the review; what the workspace answers."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", origin, project={"value": project})
    answer = world.mara.fill(**{origin: {"value": address}}, store={"value": STORE}, **more)
    world.settle()
    return answer


def lines_at(world: World, address: str) -> list[dict[str, Any]]:
    """The lines of a manifest."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


FRUIT = ("echo/white/1.jpg", "echo/2.png", "ripe/3.JPG", "4.jpeg", "ripe/notes.txt", "ripe/5.jpg")


def test_names_of_folders_become_labels_after_they_were_shown(world: World, channel: str) -> None:
    """Without this, pictures that were sorted into folders would have to be labeled again, and
    nobody would see beforehand that a deeper folder is no label.
    """
    address = folder(world, "sorted/fruit", *FRUIT)
    folder(world, "sorted", "beside/6.jpg")
    assert not reviewed(world, channel, "project-folders", address).get("errors")
    view = world.mara.view()
    assert view["callback_id"] == "dataset_review"
    said = shown(view)
    assert "*5 pictures*" in said
    assert "*echo* ← `echo/`: 2 pictures" in said
    assert "*ripe* ← `ripe/`: 2 pictures" in said
    assert "no label: 1 picture" in said
    assert "white" not in said
    assert "Left out: 1 of other kinds (.txt 1)." in said
    assert not world.rekognition.describe_projects(ProjectNames=["project-folders"])[
        "ProjectDescriptions"
    ], "nothing is made before it was seen"
    world.mara.fill()
    imported(world)
    stats, counts = rekognition(world, "project-folders")
    assert (stats["TotalEntries"], stats["LabeledEntries"]) == (5, 4)
    assert counts == {"echo": (2, 0), "ripe": (2, 0)}
    root, *_, last = dataset_thread(world, channel, "project-folders")
    written = re.search(r"manifest `(s3://[^`]+)`", root)
    assert written
    assert written[1].startswith(f"{STORE}labeljob/project-folders-")
    assert len(lines_at(world, written[1])) == 5
    assert "5 of 5 lines arrived: " in last
    assert "Left out: 1 of other kinds (.txt 1)." in last


def test_a_folder_without_labels_is_imported_bare(world: World, channel: str) -> None:
    """Without this, pictures that are to be labeled later would bear names of folders."""
    address = folder(world, "bare/fruit", "ripe/1.jpg", "2.jpg")
    none = {"selected_option": {"value": "none", "text": {"type": "plain_text", "text": "x"}}}
    reviewed(world, channel, "project-unsorted", address, folder_labels=none)
    assert "no label: 2 pictures" in shown(world.mara.view())
    world.mara.fill()
    imported(world)
    stats, counts = rekognition(world, "project-unsorted")
    assert (stats["TotalEntries"], counts) == (2, {})


def test_one_label_alone_is_said_before(world: World, channel: str) -> None:
    """Without this, the training would fail an hour later."""
    address = folder(world, "lonely/fruit", "ripe/1.jpg", "ripe/2.jpg")
    reviewed(world, channel, "project-lonely", address)
    assert "A training from it would fail as it is:" in shown(world.mara.view())


@pytest.mark.parametrize(
    ("keys", "address", "words"),
    [
        (("a/notes.txt",), "", "No picture that Rekognition takes"),
        ((), "", "No picture that Rekognition takes"),
        ((), "s3://somebody-elses/fruit/", "The bot may not use"),
        ((), "fruit", "This is not an S3 address"),
    ],
    ids=["no pictures", "empty", "not open", "no address"],
)
def test_a_folder_of_which_nothing_can_be_made_is_refused_at_the_form(
    world: World, channel: str, keys: tuple[str, ...], address: str, words: str
) -> None:
    """Without this, a dataset would begin that can only fail."""
    there = folder(world, f"refused-{len(keys)}", *keys)
    errors = reviewed(world, channel, "project-none", address or there)["errors"]
    assert errors["folder"].startswith(words)


def test_the_same_folder_is_not_taken_for_both_sets(world: World, channel: str) -> None:
    """Without this, a model would be measured by the pictures that it learned from."""
    address = folder(world, "twice/fruit", "ripe/1.jpg", "raw/2.jpg")
    reviewed(world, channel, "project-both", address)
    world.mara.fill()
    imported(world)
    test = {"selected_option": {"value": "TEST", "text": {"type": "plain_text", "text": "x"}}}
    for same in (address, f"{address}ripe/", f"s3://{seed.RAW}/twice/"):
        errors = reviewed(world, channel, "project-both", same, dataset_type=test)["errors"]
        assert "has these pictures, or some of them" in errors["folder"], same
    beside = folder(world, "twice/fruit-too", "ripe/1.jpg", "raw/2.jpg")
    assert not reviewed(world, channel, "project-both", beside, dataset_type=test).get("errors")


def test_a_folder_that_takes_long_is_read_by_the_worker(world: World, channel: str) -> None:
    """Without this, a folder of 250,000 pictures could not be shown before it is imported."""
    address = folder(world, "slow/fruit", "ripe/1.jpg", "raw/2.jpg")
    world.fault("S3.ListObjectsV2", "throttle", times=1)
    reviewed(world, channel, "project-slow", address)
    assert "It is being read." in shown(world.mara.view())
    assert not world.mara.view().get("submit")
    world.let_pauses_pass()
    world.settle()
    assert "*ripe* ← `ripe/`: 1 picture" in shown(world.mara.view())
    world.mara.fill()
    imported(world)
    assert rekognition(world, "project-slow")[0]["TotalEntries"] == 2


def test_back_leads_to_the_form_as_it_was_filled(world: World, channel: str) -> None:
    """Without this, a folder that was not the right one would cost what was typed."""
    address = folder(world, "back/fruit", "ripe/1.jpg", "raw/2.jpg")
    reviewed(world, channel, "project-back", address)
    world.mara.press_in_view("dataset_form_back")
    fields = {one.get("block_id"): one.get("element", {}) for one in world.mara.view()["blocks"]}
    assert fields["folder"]["initial_value"] == address
    assert fields["project"]["initial_value"] == "project-back"
    assert fields["store"]["initial_value"] == STORE
    assert not world.mara.fill().get("errors")
    assert world.mara.view()["callback_id"] == "dataset_review"


def test_a_review_that_was_left_is_not_filled(world: World, channel: str) -> None:
    """Without this, a page would turn under the hands of whoever went back to the form."""
    address = folder(world, "left/fruit", "ripe/1.jpg", "raw/2.jpg")
    world.fault("S3.ListObjectsV2", "throttle", times=1)
    reviewed(world, channel, "project-left", address)
    world.mara.press_in_view("dataset_form_back")
    world.let_pauses_pass()
    world.settle()
    assert world.mara.view()["callback_id"] == "dataset_form"


BOX = {"image_id": 1, "bbox": [10, 20, 30, 40]}
PICTURES = f"s3://{seed.RAW}/exports/"


def coco(**more: Any) -> str:
    """A file of COCO's: two pictures, of which one has boxes of two labels, and a key point."""
    images = [{"id": at, "file_name": f"{at}.jpg", "width": 320, "height": 240} for at in (1, 2)]
    annotations = [
        {"id": 1, "category_id": 1, **BOX},
        {"id": 2, "category_id": 2, **BOX},
        {"id": 3, "category_id": 1, "image_id": 2, "keypoints": [5, 5, 2], "num_keypoints": 1},
    ]
    categories = [{"id": 1, "name": "apple", "keypoints": ["stalk"]}, {"id": 2, "name": "pear"}]
    whole = {"images": images, "annotations": annotations, "categories": categories}
    return json.dumps({**whole, **more})


VOC = """<annotation><filename>1.jpg</filename><size><width>320</width><height>240</height></size>
<object><name>apple</name><bndbox><xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>60</ymax>
</bndbox></object></annotation>"""
STUDIO = [
    {
        "id": 1,
        "data": {"image": f"{PICTURES}1.jpg"},
        "annotations": [
            {
                "id": 1,
                "result": [
                    {
                        "from_name": "kind",
                        "to_name": "image",
                        "type": "choices",
                        "value": {"choices": [choice]},
                    }
                ],
            }
        ],
    }
    for choice in ("apple",)
]
TABLE = (
    "line,source-ref,source,attribute,type,form,label\n"
    f"1,{PICTURES}1.jpg,,kind,image-classification,class,apple\n"
    f"2,{PICTURES}2.jpg,,kind,image-classification,class,pear\n"
)


@pytest.mark.parametrize(
    ("name", "body", "entries", "counts"),
    [
        ("boxes.json", coco(), 2, {"apple": (1, 1), "pear": (1, 1)}),
        ("voc/1.xml", VOC, 1, {"apple": (1, 1)}),
        ("studio.json", json.dumps(STUDIO), 1, {"apple": (1, 0)}),
        ("table.csv", TABLE, 2, {"apple": (1, 0), "pear": (1, 0)}),
    ],
    ids=["coco", "voc", "label-studio", "csv"],
)
def test_a_file_of_another_tool_becomes_a_dataset(
    world: World,
    channel: str,
    *,
    name: str,
    body: str,
    entries: int,
    counts: dict[str, tuple[int, int]],
) -> None:
    """Without this, whoever labeled elsewhere would have to convert files by hand."""
    address = world.put(f"exports/{name}", body)
    if name.startswith("voc/"):
        address = address.removesuffix("1.xml")
    project = f"project-{name.partition('.')[0].partition('/')[0]}"
    more = {"pictures": {"value": PICTURES}}
    assert not reviewed(world, channel, project, address, "export", **more).get("errors")
    said = shown(world.mara.view())
    assert all(f"*{label}*: {pictures} picture" in said for label, (pictures, _) in counts.items())
    if name == "boxes.json":
        assert "Picture 2: " in said, "what a manifest cannot hold is said before"
    world.mara.fill()
    imported(world)
    stats, found = rekognition(world, project)
    assert (stats["TotalEntries"], stats["ErrorEntries"], found) == (entries, 0, counts)


BROKEN = {
    "broken.json": "{not json",
    "broken.csv": "a,b\n1,2\n",
    "broken.xml": "<annotation",
    "broken.zip": "no zip",
    "data.yaml": "names: 3",
    "list.json": '[{"id": "x"}]',
    "none.json": "[]",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_at_the_form(world: World, channel: str, name: str) -> None:
    """Without this, a dataset would begin that can only fail."""
    address = world.put(f"exports/broken/{name}", BROKEN[name])
    more = {"pictures": {"value": PICTURES}}
    errors = reviewed(world, channel, "project-broken", address, "export", **more)["errors"]
    assert errors["export"]
    assert "has no lines" not in errors["export"], "there is no manifest yet"
    assert "--" not in errors["export"], "people at a form have no command line"


def test_why_nothing_could_be_read_is_told(world: World, channel: str) -> None:
    """Without this, a folder of which every file is broken would be called a manifest without
    lines, and nobody would know which file to mend.
    """
    world.put("exports/spoilt/1.xml", "<annotation")
    address = world.put("exports/spoilt/2.xml", "<annotation").removesuffix("2.xml")
    more = {"pictures": {"value": PICTURES}}
    said = reviewed(world, channel, "project-spoilt", address, "export", **more)["errors"]["export"]
    assert said.startswith(f"No picture was found in {address}, read as Pascal VOC. ")
    assert "1.xml: it is no XML" in said
    assert "And 1 more like it" in said


def test_pictures_of_a_file_have_to_be_open_to_the_channel(world: World, channel: str) -> None:
    """Without this, an export would show pictures of places that are closed to the channel."""
    image = {"id": 1, "file_name": "1.jpg", "coco_url": "s3://somebody-elses/1.jpg"}
    address = world.put("exports/foreign.json", coco(images=[image], annotations=[]))
    errors = reviewed(world, channel, "project-foreign", address, "export")["errors"]
    assert "is not open to this channel" in errors["export"]


def test_a_file_without_addresses_needs_the_folder_of_its_pictures(
    world: World, channel: str
) -> None:
    """Without this, lines would name pictures that are nowhere."""
    address = world.put("exports/nowhere.json", coco())
    errors = reviewed(world, channel, "project-nowhere", address, "export")["errors"]
    assert "does not say where its pictures lie" in errors["export"]


def test_a_manifest_of_lookout_for_vision_is_imported(world: World, channel: str) -> None:
    """Without this, labels of a service that has ended would be lost with it."""
    lines = []
    for at, kind in enumerate(("normal", "anomaly"), 1):
        metadata = {
            "class-name": kind,
            "confidence": 1,
            "type": "groundtruth/image-classification",
            "job-name": "labeling-job/anomaly-label",
            "human-annotated": "yes",
            "creation-date": "2021-10-07T17:20:53.000Z",
        }
        mask = {
            "internal-color-map": {"0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"}},
            "type": "groundtruth/semantic-segmentation",
            "human-annotated": "yes",
            "creation-date": "2021-10-08T17:20:53.000Z",
            "job-name": "labeling-job/anomaly-mask",
        }
        line = {"source-ref": f"{PICTURES}{at}.jpg", "anomaly-label": at - 1}
        line |= {"anomaly-label-metadata": metadata}
        line |= {"anomaly-mask-ref": f"{PICTURES}{at}.png", "anomaly-mask-ref-metadata": mask}
        lines.append(json.dumps(line))
    address = world.put("exports/lookout.manifest", "\n".join(lines))
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    typed = {"project": {"value": "project-lookout"}, "manifest_uri": {"value": address}}
    assert not world.mara.fill(**typed).get("errors")
    imported(world)
    assert rekognition(world, "project-lookout")[1] == {"normal": (1, 0), "anomaly": (1, 0)}


def test_a_zip_of_yolo_becomes_a_dataset(world: World, channel: str) -> None:
    """Without this, a format of many files could be named and not be read."""
    sizes = f"labels,source-ref,width,height\nlabels/1.txt,{PICTURES}1.jpg,320,240\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("classes.txt", "apple\npear\n")
        archive.writestr("labels/1.txt", "1 0.5 0.5 0.25 0.25\n")
        archive.writestr("pictures.csv", sizes)
    address = world.put("exports/yolo.zip", packed.getvalue())
    reviewed(world, channel, "project-yolo", address, "export")
    world.mara.fill()
    imported(world)
    assert rekognition(world, "project-yolo")[1] == {"pear": (1, 1)}


def copied(world: World, channel: str, project: str, source: str, **more: Any) -> dict[str, Any]:
    """Fill the form for a copy of a project's training set, as far as the review."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", "copy", project={"value": project})
    chosen = {"selected_option": {"value": source, "text": {"type": "plain_text", "text": source}}}
    if not source:
        chosen = {"selected_option": world.mara.choose("copied_project", "project-orig")}
    answer = world.mara.fill(copied_project=chosen, store={"value": STORE}, **more)
    world.settle()
    return answer


def set_of(world: World, project: str) -> str:
    """The ARN of a project's training set."""
    found = world.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]
    return str(next(each["DatasetArn"] for each in found["Datasets"]))


def entries_of(world: World, project: str) -> list[dict[str, Any]]:
    """The lines of a project's training set, as Rekognition lists them."""
    listed = world.rekognition.list_dataset_entries(DatasetArn=set_of(world, project))
    return [json.loads(each) for each in listed["DatasetEntries"]]


@pytest.fixture(scope="module")
def original(one_world: World, channel: str) -> str:
    """A project with a training set of two labels."""
    address = folder(one_world, "orig/fruit", "ripe/1.jpg", "raw/2.jpg", "3.jpg")
    reviewed(one_world, channel, "project-original", address)
    one_world.mara.fill()
    imported(one_world)
    return "project-original"


def test_a_copy_of_a_dataset_stays_when_one_of_the_two_is_changed(
    world: World, channel: str, original: str
) -> None:
    """Without this, trying other labels would spoil the dataset that a model was trained with."""
    assert not copied(world, channel, "project-copy", "").get("errors")
    said = shown(world.mara.view())
    assert f"copied from the training set of project {original}" in said
    assert "*ripe*: 1 picture" in said
    assert "no label: 1 picture" in said
    world.mara.fill()
    imported(world)
    before = entries_of(world, original)
    assert entries_of(world, "project-copy") == before
    asked = world.journal("Rekognition.CreateDataset", slack=False)
    assert "DatasetArn" in json.dumps(asked[-1]["request"])
    _root, *_, last = dataset_thread(world, channel, "project-copy")
    assert "3 of 3 lines arrived: " in last
    line = {key: value for key, value in before[-1].items() if not key.startswith("cl-")}
    line["folder-metadata"] = {**line["folder-metadata"], "class-name": "rotten"}
    world.rekognition.update_dataset_entries(
        DatasetArn=set_of(world, "project-copy"),
        Changes={"GroundTruth": json.dumps(line).encode()},
    )
    world.pass_time(4)
    assert "rotten" in json.dumps(entries_of(world, "project-copy"))
    assert entries_of(world, original) == before


def test_what_cannot_be_copied_is_said_at_the_form(
    world: World, channel: str, original: str
) -> None:
    """Without this, a copy would begin that can only fail, or mix the two sets of a project."""
    errors = copied(world, channel, "project-gone", "project-none-such")["errors"]
    assert errors["copied_project"].startswith("There is no such dataset to copy.")
    test = {"selected_option": {"value": "TEST", "text": {"type": "plain_text", "text": "x"}}}
    errors = copied(world, channel, "project-gone", original, copied_set=test)["errors"]
    assert errors["copied_project"].startswith("There is no such dataset to copy.")
    errors = copied(world, channel, original, original)["errors"]
    assert errors["copied_project"].startswith("Rekognition takes no picture in both sets")
    line = json.dumps({"source-ref": f"{PICTURES}9.jpg"}).encode()
    busy = world.rekognition.create_project(ProjectName="project-busy")["ProjectArn"]
    world.rekognition.create_dataset(ProjectArn=busy, DatasetType="TRAIN")
    errors = copied(world, channel, "project-gone", "project-busy")["errors"]
    assert errors["copied_project"].startswith("This dataset is being made or changed")
    world.pass_time(4)
    errors = copied(world, channel, "project-gone", "project-busy")["errors"]
    assert errors["copied_project"].startswith("This dataset has no pictures yet")
    foreign = line.replace(seed.RAW.encode(), b"somebody-elses")
    changes = {"GroundTruth": foreign}
    world.rekognition.update_dataset_entries(
        DatasetArn=set_of(world, "project-busy"), Changes=changes
    )
    world.pass_time(4)
    errors = copied(world, channel, "project-gone", "project-busy")["errors"]
    assert errors["copied_project"].startswith("Pictures of this dataset lie in places")
    assert "somebody-elses" not in errors["copied_project"]


def test_a_copy_whose_answer_was_lost_is_found_and_counted(
    world: World, channel: str, original: str
) -> None:
    """Without this, a broken connection would leave a dataset that nobody knows of."""
    copied(world, channel, "project-lost", original)
    world.fault("Rekognition.CreateDataset", "drop_after", times=1)
    world.mara.fill()
    imported(world)
    world.let_pauses_pass()
    imported(world)
    assert len(world.journal("Rekognition.CreateDataset", slack=False)) == 1
    _root, *_, last = dataset_thread(world, channel, "project-lost")
    assert "3 of 3 lines arrived: " in last


def test_a_manifest_that_could_not_be_written_is_written_later(world: World, channel: str) -> None:
    """Without this, a moment without S3 would end what somebody has reviewed."""
    address = folder(world, "later/fruit", "ripe/1.jpg", "raw/2.jpg")
    reviewed(world, channel, "project-later", address)
    world.fault("S3.PutObject", "throttle", times=20)
    world.mara.fill()
    world.settle()
    world.mend()
    world.let_pauses_pass()
    imported(world)
    assert rekognition(world, "project-later")[0]["TotalEntries"] == 2
