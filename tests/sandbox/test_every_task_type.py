"""Every task type of Ground Truth on the stand-in: what it writes, and what it will not do."""

import json
import struct
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from aws_practice import BUCKET, ROLE, Practice, lines, picture

from bot.sandbox.crowd import sample_truth, worker_pages
from bot.sandbox.crowd.job_request import split_uri
from bot.sandbox.http import Server
from bot.sandbox.workspace import every_type, sample_scenes
from bot.sandbox.workspace.every_type import (
    AUDITS,
    LIGHT,
    PICTURES,
    PLAIN,
    TELLING,
    TEXTS,
    attribute,
    audited_by,
    categories,
)
from tests.result_reader import Broken, labels_in, responses_in

SEED = 7


def furnish(aws: Practice) -> None:
    """Pictures, texts, frames, clips and clouds where the requests look for them."""
    shape = picture(sample_truth.WIDTH, sample_truth.HEIGHT, "JPEG")
    listed = []
    for scene in list(sample_truth.scenes(SEED))[38:44]:
        aws.put(scene.name, shape)  # the workers know by its name what it shows
        listed.append({"source-ref": f"s3://{BUCKET}/{scene.name}"})
    aws.put(PICTURES, lines(*listed))
    texts = ["Ana met Noor in Lyon.", "The pears from Kent came late.", "No apples, said Ben."]
    aws.put(TEXTS, lines(*({"source": text} for text in texts)))
    for key, content in sample_scenes.files(BUCKET, SEED):
        aws.put(key, content)


def request(aws: Practice, team: str, task_type: str, **more: Any) -> dict[str, Any]:
    """As somebody in the console asks for it."""
    account = every_type.Account(
        BUCKET, f"s3://{BUCKET}/results", ROLE, "us-east-1", "111122223333", aws.put
    )
    return every_type.request(account, team, task_type, **more)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("every") / "aws")
    practice.s3.create_bucket(Bucket=BUCKET)
    furnish(practice)
    yield practice
    practice.server.stop()


@pytest.fixture(scope="module")
def team(aws: Practice) -> str:
    members = [
        {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "UserGroup": "c", "ClientId": "c"}}
    ]
    made = aws.sagemaker.create_workteam(
        WorkteamName="crew", Description="All of them", MemberDefinitions=members
    )
    with aws.aws.store.write() as rows:
        rows.execute("UPDATE workteam SET simulated = 1")
    return str(made["WorkteamArn"])


def ended(aws: Practice, asked: dict[str, Any]) -> dict[str, Any]:
    """The job of this request when it is over."""
    aws.ahead = 0.0  # a clock that is minutes ahead would refuse every signature
    aws.sagemaker.create_labeling_job(**asked)
    for _ in range(60):
        aws.later()
        job: dict[str, Any] = aws.sagemaker.describe_labeling_job(
            LabelingJobName=asked["LabelingJobName"]
        )
        if job["LabelingJobStatus"] in {"Completed", "Failed"}:
            return job
    raise AssertionError(job)


def read(aws: Practice, uri: str) -> bytes:
    bucket, key = split_uri(uri)
    body: bytes = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def completed(aws: Practice, team: str, task_type: str, **more: Any) -> str:
    """The output manifest of a job of this task type that went well."""
    job = ended(aws, request(aws, team, task_type, **more))
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["LabelCounters"]["FailedNonRetryableError"] == 0
    return str(job["LabelingJobOutput"]["OutputDatasetS3Uri"])


def checked(aws: Practice, task_type: str, manifest: str) -> list[tuple[Any, dict[str, Any]]]:
    """What the independent reader finds in it; every line is labeled."""
    found = labels_in(lambda uri: read(aws, uri), task_type, manifest)
    assert len(found) == len(read(aws, manifest).splitlines()) > 0
    folder = split_uri(manifest)[1].removesuffix("manifests/output/output.manifest")
    listed = aws.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{folder}annotations/worker-response/")
    uris = [f"s3://{BUCKET}/{each['Key']}" for each in listed["Contents"]]
    assert responses_in(lambda uri: read(aws, uri), uris) >= len(found)
    return found


@pytest.mark.parametrize("task_type", PLAIN)
def test_a_job_of_each_type_is_labeled_and_written_as_documented(
    aws: Practice, team: str, task_type: str
) -> None:
    """Without this, a type that the product offers could end in practice with files that no reader
    of the real ones could read.
    """
    checked(aws, task_type, completed(aws, team, task_type))


@pytest.mark.parametrize("task_type", AUDITS)
def test_each_audit_goes_on_from_what_is_there(aws: Practice, team: str, task_type: str) -> None:
    """Without this, checking and fixing would be shown on data that has nothing to check."""
    audited = audited_by(task_type)
    first = completed(aws, team, audited, name=f"first-{task_type}")
    manifest = completed(aws, team, task_type, source=first)
    found = checked(aws, task_type, manifest)
    before = [json.loads(line) for line in read(aws, first).splitlines()]
    after = [json.loads(line) for line in read(aws, manifest).splitlines()]
    for old, new in zip(before, after, strict=True):
        assert old.items() <= new.items()
    if task_type.endswith("-adjustment"):
        assert "adjusted" in {meta["adjustment-status"] for _, meta in found}


@pytest.mark.parametrize(
    ("drawn", "listed"),
    [("Polygon", "polygons"), ("Polyline", "polylines"), ("Keypoint", "keypoints")],
)
def test_frames_are_drawn_in_with_the_tool_of_the_annotation_type(
    aws: Practice, team: str, drawn: str, listed: str
) -> None:
    """Without this, a job of outlines would be shown with boxes."""
    name, task_type = f"drawn-{drawn}", "video-object-tracking"
    file = categories(task_type, annotationType=drawn)
    manifest = completed(aws, team, task_type, name=name, file=file)
    [(uri, _), *_rest] = checked(aws, task_type, manifest)
    frames = json.loads(read(aws, uri))["tracking-annotations"]
    assert all(listed in frame and "annotations" not in frame for frame in frames)
    assert any(frame[listed] for frame in frames)
    again = request(
        aws,
        team,
        f"{task_type}-adjustment",
        name=f"{name}-again",
        source=manifest,
        file=categories(f"{task_type}-adjustment", annotationType=drawn),
    )
    job = ended(aws, again)
    checked(aws, f"{task_type}-adjustment", job["LabelingJobOutput"]["OutputDatasetS3Uri"])


def test_a_verification_of_frames_leaves_every_label_where_it_is(aws: Practice, team: str) -> None:
    """Without this, a check that may change nothing would be seen to move boxes."""
    task_type = "video-object-detection"
    first = completed(aws, team, task_type, name="to-verify")
    file = categories(f"{task_type}-adjustment")
    for label in file["labels"]:
        label["editsAllowed"] = "none"
    verdict = {"name": "verdict", "type": "string", "enum": ["good", "bad"], "description": "Well?"}
    file["frameAttributes"] = [{**LIGHT, "editsAllowed": "none"}, verdict]
    manifest = completed(
        aws, team, f"{task_type}-adjustment", name="verified", source=first, file=file
    )
    found = checked(aws, f"{task_type}-adjustment", manifest)
    for (uri, _), (old, _) in zip(found, checked(aws, task_type, first), strict=True):
        new, old_frames = (
            json.loads(read(aws, each))["detection-annotations"] for each in (uri, old)
        )
        for frame, before in zip(new, old_frames, strict=True):
            assert frame["annotations"] == before["annotations"]
            assert frame["frame-attributes"]["light"] == before["frame-attributes"]["light"]
            assert frame["frame-attributes"]["verdict"] in {"good", "bad"}


def test_scenes_that_nobody_knows_are_labeled_too(aws: Practice, team: str) -> None:
    """Without this, people's own frames and clouds would have no label in the practice workspace,
    and binary clouds could not be read at all.
    """
    points = [(x * 0.5, y * 0.5, 0.1 * x, 0.0) for x in range(10) for y in range(10)]
    aws.put("own/street.bin", b"".join(struct.pack("<4f", *point) for point in points))
    entry = {
        "source-ref": f"s3://{BUCKET}/own/street.bin",
        "source-ref-metadata": {"format": "binary/xyzi", "unix-timestamp": 1.5},
    }
    aws.put("own/clouds.manifest", lines(entry))
    source = f"s3://{BUCKET}/own/clouds.manifest"
    manifest = completed(aws, team, "3d-object-detection", name="own-clouds", source=source)
    [(value, _)] = checked(aws, "3d-object-detection", manifest)
    assert len(value["annotations"]) == 1
    frames = [{"frame-no": 0, "frame": "frame-000.jpg"}, {"frame-no": 1, "frame": "frame-001.jpg"}]
    folder = f"s3://{BUCKET}/own/"
    for at in range(2):
        body = read(aws, f"s3://{BUCKET}/frames/belt-s7-01/frame-00{at}.jpg")
        aws.put(f"own/frame-00{at}.jpg", body)
    sequence = {"seq-no": 1, "prefix": folder, "number-of-frames": 2, "frames": frames}
    aws.put("own/seq.json", json.dumps(sequence))
    aws.put("own/frames.manifest", lines({"source-ref": f"{folder}seq.json"}))
    manifest = completed(
        aws, team, "video-object-tracking", name="own-frames", source=f"{folder}frames.manifest"
    )
    [(uri, _)] = checked(aws, "video-object-tracking", manifest)
    tracked = json.loads(read(aws, uri))["tracking-annotations"]
    assert all(len(frame["annotations"]) == 2 for frame in tracked)


SCENE, CLOUD = "video-object-detection", "3d-object-detection"
MANY = [{"label": f"l{n}"} for n in range(31)]
LONG = {"name": "a", "type": "string", "description": "d" * 129}


@pytest.mark.parametrize(
    ("task_type", "file", "words"),
    [
        (SCENE, {"documentVersion": None}, "needs documentVersion 2020-03-01"),
        (SCENE, {"documentVersion": "2018-11-28"}, "needs documentVersion 2020-03-01"),
        (SCENE, {"labels": MANY}, "31 labels; 30 are allowed"),
        (SCENE, {"labels": [{"label": "seventeen letters"}]}, "more than 16 characters"),
        (SCENE, {"labels": []}, "too few labels"),
        (SCENE, {"annotationType": "Cuboid"}, "none of BoundingBox, Polyline, Polygon, Keypoint"),
        (CLOUD, {"annotationType": "BoundingBox"}, "video frames only"),
        (SCENE, {"auditLabelAttributeName": "boxes-ref"}, "adjustments and verifications only"),
        (f"{SCENE}-adjustment", {"auditLabelAttributeName": ""}, "needs auditLabelAttributeName"),
        (SCENE, {"frameAttributes": [{"name": "a", "type": "string"}]}, "without a description"),
        (SCENE, {"frameAttributes": [LIGHT] * 11}, "11 frameAttributes; 10 are allowed"),
        (SCENE, {"frameAttributes": [{**LONG, "description": "d"}] * 6}, "more than 5 frameAttri"),
        (SCENE, {"categoryGlobalAttributes": "x"}, "no list of objects"),
        (SCENE, {"categoryGlobalAttributes": [{"type": "string"}]}, "1 to 16 characters"),
        (SCENE, {"categoryGlobalAttributes": [{"name": "a", "type": "b"}]}, "neither string nor"),
        (SCENE, {"categoryGlobalAttributes": [{"name": "a", "type": "number"}]}, "minimum and max"),
        (SCENE, {"categoryGlobalAttributes": [LONG]}, "more than 128 characters"),
        (
            SCENE,
            {"categoryGlobalAttributes": [{"name": "a", "type": "string", "enum": []}]},
            "0 choices; 1 to 10",
        ),
        (
            SCENE,
            {"categoryGlobalAttributes": [{"name": "a", "type": "string", "enum": ["c" * 17]}]},
            "choice of a",
        ),
        (
            SCENE,
            {"categoryGlobalAttributes": [{"name": "a", "type": "number", "enum": ["1"]}]},
            "minimum and maximum",
        ),
        (
            SCENE,
            {"labels": [{"label": "apple", "categoryAttributes": [TELLING[0]]}]},
            "the attribute hidden twice for apple",
        ),
        (SCENE, {"labels": [{"label": "apple", "editsAllowed": "some"}]}, "neither any nor none"),
        (SCENE, {"instructions": {"shortInstruction": "s" * 255}}, "under 255 characters"),
        (SCENE, {"instructions": {"fullInstruction": "s" * 2048}}, "under 2,048 characters"),
        ("bounding-box", {"document-version": "2020-03-01"}, "it must be 2018-11-28"),
        (
            "bounding-box",
            {"document-version": None, "documentVersion": "2020-03-01"},
            "for video frames and point clouds",
        ),
        ("named-entity-recognition", {"instructions": None}, "needs its instructions"),
        (
            "video-classification",
            {"labels": [{"label": f"l{n}"} for n in range(31)]},
            "31 labels; 30 are allowed",
        ),
    ],
)
def test_a_category_file_that_does_not_fit_fails_the_job(
    aws: Practice, team: str, task_type: str, file: dict[str, Any], words: str
) -> None:
    """Without this, a file would be taken here that the real service fails the job for."""
    content = {
        key: value for key, value in categories(task_type, **file).items() if value is not None
    }
    name = f"file-{abs(hash((task_type, words, json.dumps(file))))}"
    job = ended(aws, request(aws, team, task_type, name=name, file=content))
    assert job["LabelingJobStatus"] == "Failed"
    assert words in job["FailureReason"]


SEQ = {"seq-no": 1, "prefix": f"s3://{BUCKET}/frames/belt-s7-01/", "number-of-frames": 1}
ONE = [{"frame-no": 0, "frame": "frame-000.jpg"}]


@pytest.mark.parametrize(
    ("task_type", "sequence", "words"),
    [
        ("video-object-tracking", "{", "not valid JSON"),
        ("video-object-tracking", "[]", "no list of frames"),
        ("video-object-tracking", {**SEQ, "frames": ONE, "seq-no": "1"}, "seq-no"),
        ("video-object-tracking", {**SEQ, "frames": ONE, "prefix": "s3://orchard/x"}, "slash"),
        ("video-object-tracking", {**SEQ, "frames": ONE * 2}, "number-of-frames 1 and 2 frames"),
        ("video-object-tracking", {**SEQ, "number-of-frames": 0, "frames": []}, "0 frames; 1 to"),
        (
            "video-object-tracking",
            {**SEQ, "number-of-frames": 2001, "frames": ONE * 2001},
            "2,001 frames; 1 to 2,000",
        ),
        ("video-object-tracking", {**SEQ, "frames": [{"frame-no": 0}]}, "the name of its file"),
        ("video-object-tracking", {**SEQ, "frames": [{"frame": "a.jpg"}]}, "no frame-no for a.jpg"),
        ("3d-object-tracking", {**SEQ, "frames": ONE}, "no number unix-timestamp for frame-000"),
        (
            "3d-object-tracking",
            {**SEQ, "number-of-frames": 501, "frames": ONE * 501},
            "501 frames; 1 to 500",
        ),
    ],
)
def test_a_sequence_file_that_is_not_right_fails_the_job(
    aws: Practice, team: str, task_type: str, sequence: Any, words: str
) -> None:
    """Without this, whoever makes sequence files would learn of a slip only at AWS."""
    name = f"sequence-{abs(hash(words))}"
    text = sequence if isinstance(sequence, str) else json.dumps(sequence)
    aws.put(f"{name}/seq.json", text)
    aws.put(f"{name}/in.manifest", lines({"source-ref": f"s3://{BUCKET}/{name}/seq.json"}))
    source = f"s3://{BUCKET}/{name}/in.manifest"
    job = ended(aws, request(aws, team, task_type, name=name, source=source))
    assert job["LabelingJobStatus"] == "Failed"
    assert words in job["FailureReason"]


@pytest.mark.parametrize(
    ("task_type", "entries", "words"),
    [
        (SCENE, [{"source-ref": f"s3://{BUCKET}/gone.json"}], "NoSuchKey"),
        (SCENE, [{"source": "a text"}], "has no source-ref"),
        (SCENE, [{"source-ref": f"s3://{BUCKET}/frames/belt-s7-01.json"}] * 11, "takes 10 at most"),
        (CLOUD, [{"source-ref": f"s3://{BUCKET}/a.bin"}], "has no source-ref-metadata"),
        (
            CLOUD,
            [{"source-ref": f"s3://{BUCKET}/a.bin", "source-ref-metadata": {"format": "bin"}}],
            "no number unix-timestamp",
        ),
        (
            CLOUD,
            [
                {
                    "source-ref": f"s3://{BUCKET}/a.bin",
                    "source-ref-metadata": {"format": "pcd", "unix-timestamp": 1},
                }
            ],
            "the format 'pcd', which is unknown",
        ),
        (
            f"{CLOUD}-adjustment",
            [
                {
                    "source-ref": f"s3://{BUCKET}/a.bin",
                    "source-ref-metadata": {"unix-timestamp": 1},
                }
            ],
            "has labels of this task type under cloud-object-detection",
        ),
    ],
)
def test_a_manifest_that_does_not_fit_the_scene_fails_the_job(
    aws: Practice, team: str, task_type: str, entries: list[dict[str, Any]], words: str
) -> None:
    """Without this, lines of another task type would seem to be labeled."""
    name = f"lines-{abs(hash(words))}"
    aws.put(f"{name}/in.manifest", lines(*entries))
    source = f"s3://{BUCKET}/{name}/in.manifest"
    job = ended(aws, request(aws, team, task_type, name=name, source=source))
    assert job["LabelingJobStatus"] == "Failed"
    assert words in job["FailureReason"]


def test_an_audit_of_its_own_attribute_fails(aws: Practice, team: str) -> None:
    """AWS needs two names; with one the audit would write over what it checks."""
    task_type = "3d-object-detection-adjustment"
    file = categories(task_type, auditLabelAttributeName=attribute(task_type))
    job = ended(aws, request(aws, team, task_type, name="own-name", file=file))
    assert "the two must differ" in job["FailureReason"]


def test_frames_that_cannot_be_loaded_are_failed_objects(aws: Practice, team: str) -> None:
    """One missing picture must not hold a job open for ever."""
    sequence = {**SEQ, "frames": [{"frame-no": 0, "frame": "not-there.jpg"}]}
    aws.put("missing/seq.json", json.dumps(sequence))
    entries = [f"s3://{BUCKET}/missing/seq.json", f"s3://{BUCKET}/frames/belt-s7-01.json"]
    aws.put("missing/in.manifest", lines(*({"source-ref": uri} for uri in entries)))
    source = f"s3://{BUCKET}/missing/in.manifest"
    job = ended(aws, request(aws, team, SCENE, name="missing", source=source))
    counts = job["LabelCounters"]
    assert (counts["TotalLabeled"], counts["FailedNonRetryableError"]) == (1, 1)


def test_a_function_that_does_not_exist_fails_the_job(aws: Practice, team: str) -> None:
    """Nobody's own functions run here; a job that names one must not seem to work."""
    for member, end in (("PreHumanTaskLambdaArn", "pre"), ("Consolidation", "post")):
        asked = request(aws, team, "custom", name=f"function-{end}")
        other = f"arn:aws:lambda:us-east-1:111122223333:function:ours-{end}"
        task = asked["HumanTaskConfig"]
        if end == "pre":
            task[member] = other
        else:
            task["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"] = other
        job = ended(aws, asked)
        assert job["FailureReason"].endswith(f"Function not found: {other}")


def test_the_practice_functions_keep_what_most_workers_said(aws: Practice, team: str) -> None:
    """The one after the task is there to be seen at work: one answer, not all of them."""
    manifest = completed(aws, team, "custom", name="merged", workers=3)
    for value, _ in checked(aws, "custom", manifest):
        assert value.keys() == {"annotation", "agreed", "answers"}
        assert value["answers"] == 3


def test_people_of_a_real_team_are_simulated_where_the_tool_is_awss_own(
    aws: Practice,
) -> None:
    """No page of the portal shows frames or clouds: such a job would wait for ever."""
    members = [
        {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "UserGroup": "d", "ClientId": "c"}}
    ]
    made = aws.sagemaker.create_workteam(
        WorkteamName="people", Description="Real ones", MemberDefinitions=members
    )
    with aws.aws.store.write() as rows:
        rows.execute("UPDATE workteam SET simulated = 0 WHERE name = 'people'")
    completed(aws, made["WorkteamArn"], SCENE, name="for-people")


def test_the_reader_sees_what_is_wrong() -> None:
    """A reader that takes anything proves nothing."""
    line = {
        "source-ref": "s3://b/a.jpg",
        "x": {"image_size": [{"width": 9, "height": 9, "depth": 3}], "annotations": []},
        "x-metadata": {
            "type": "groundtruth/object-detection",
            "objects": [{"confidence": 1}],
            "class-map": {},
            "job-name": "labeling-job/j",
            "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00",
        },
    }
    text = json.dumps(line).encode()
    with pytest.raises(Broken, match="objects"):
        labels_in(lambda _: text, "bounding-box", "s3://b/j/manifests/output/output.manifest")


def test_the_portal_says_that_the_tool_is_awss_own(aws: Practice) -> None:
    """Whoever opens such a job there must not meet an empty page."""
    members = [
        {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "UserGroup": "e", "ClientId": "c"}}
    ]
    made = aws.sagemaker.create_workteam(
        WorkteamName="looker", Description="One", MemberDefinitions=members
    )
    lin = [{"sub": "lin", "name": "Lin", "email": "lin@orchard.example"}]
    with aws.aws.store.write() as rows:
        changed = "UPDATE workteam SET simulated = 0, members = ? WHERE name = 'looker'"
        rows.execute(changed, (json.dumps(lin),))
    pages = worker_pages.create_app(aws.aws)
    with Server(pages) as server:
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        token = pages.portal.login_link("lin")
        browser.open(f"{server.url}/?login={token}").close()
        aws.sagemaker.create_labeling_job(**request(aws, made["WorkteamArn"], SCENE, name="looked"))
        for _ in range(3):
            aws.later(0.05)  # begun, and nobody has answered yet
        jobs = _page(browser, server.url)
        told = _page(browser, f"{server.url}/tasks/looked")
    assert "Simulated people label this one" in jobs
    assert "does not have. Simulated people do it." in told


def _page(browser: urllib.request.OpenerDirector, url: str) -> str:
    with browser.open(url) as answer:
        return str(answer.read().decode())
