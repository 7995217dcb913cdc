"""Jobs of the demo of all types that are more than a type: a stream, a model's share, a chain.

Made in the AWS console, so that each can be followed in Slack. Promised to the demo: plain values
that say what came of it.
"""

import json
from typing import Any

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import every_type, seed
from bot.sandbox.workspace.addresses import REGION
from bot.sandbox.workspace.console import OVER, Console
from bot.sandbox.workspace.story import wait_for

__all__ = ["AUTOMATED", "CHAIN", "STREAM", "automated", "chain", "stream"]

STREAM, AUTOMATED = "every-stream", "every-automated"
CHAIN = ("chain-verify", "chain-adjust", "chain-continue")
_PATIENCE = 240.0
_OBJECTS = 1_250  # the least that automated labeling takes
_ALGORITHM = "arn:aws:sagemaker:{}:027400017018:labeling-job-algorithm-specification/{}"
_SOME = 10
_KEY = "dataset-objectid-attribute-name"


def stream(console: Console) -> dict[str, Any]:
    """A streaming job that is fed three times with two objects, and stopped when both are
    labeled.
    """
    topic = console.sns.create_topic(Name=STREAM)["TopicArn"]
    source = {"DataSource": {"SnsDataSource": {"SnsTopicArn": topic}}}
    console.create("image-classification", STREAM, InputConfig=source)
    wait_for(lambda: console.status(STREAM) == "InProgress", _PATIENCE, "the stream to begin")
    names = [scene.name for scene in list(sample_truth.scenes(seed.SEED))[:2]]
    sent = [f"s3://{seed.RAW}/ripeness/{name}" for name in (names[0], names[0], names[1])]
    for uri in sent:
        line = {"source-ref": uri, _KEY: "source-ref"}
        console.sns.publish(TopicArn=topic, Message=json.dumps(line))
    wait_for(lambda: _labeled(console, STREAM) == len(set(sent)), _PATIENCE, "both to be labeled")
    console.sagemaker.stop_labeling_job(LabelingJobName=STREAM)
    wait_for(lambda: console.status(STREAM) in OVER, _PATIENCE, "the stream to stop")
    return {"sent": len(sent), "objects": len(set(sent)), **_told(console, STREAM)}


def automated(console: Console) -> dict[str, Any]:
    """A job of 1,250 texts of which a model labels its share."""
    texts = [text for text, _tone in sample_truth.texts(seed.SEED)]
    numbered = (f"{texts[number % len(texts)]} ({number})" for number in range(_OBJECTS))
    lines = "".join(f"{json.dumps({'source': text})}\n" for text in numbered)
    source = console.put("every-type/many.manifest", lines)
    algorithm = _ALGORITHM.format(REGION, "text-classification")
    config = {"LabelingJobAlgorithmSpecificationArn": algorithm}
    console.create(
        "text-classification", AUTOMATED, source=source, LabelingJobAlgorithmsConfig=config
    )
    wait_for(lambda: console.status(AUTOMATED) in OVER, _PATIENCE, "people and model to end")
    counts = console.job(AUTOMATED)["LabelCounters"]
    shares = {"people": counts["HumanLabeled"], "machine": counts["MachineLabeled"]}
    return {**shares, **_told(console, AUTOMATED)}


def chain(console: Console, boxes: str) -> dict[str, Any]:
    """Boxes (an output manifest) are verified, some of them adjusted, and the rest after that; what
    every line of the last job carries.
    """
    verify, adjust, go_on = CHAIN
    console.create("bounding-box-verification", verify, source=boxes)
    wait_for(lambda: console.status(verify) in OVER, _PATIENCE, "the boxes to be verified")
    stop = {"MaxHumanLabeledObjectCount": _SOME}
    console.create(
        "bounding-box-adjustment", adjust, source=console.output(verify), StoppingConditions=stop
    )
    wait_for(lambda: console.status(adjust) in OVER, _PATIENCE, "some boxes to be adjusted")
    console.create("bounding-box-adjustment", go_on, source=console.output(adjust))
    wait_for(lambda: console.status(go_on) in OVER, _PATIENCE, "the rest to be adjusted")
    types = ("bounding-box", "bounding-box-verification", "bounding-box-adjustment")
    wanted = [every_type.attribute(each) for each in types]
    lines = [json.loads(line) for line in console.read(console.output(go_on)).splitlines()]
    whole = sum(all(name in line for name in wanted) for line in lines)
    statuses = [console.status(name) for name in CHAIN]
    return {
        "statuses": statuses,
        "attributes": wanted,
        "lines": len(lines),
        "lines_with_all": whole,
        "output_manifest": console.output(go_on),
    }


def _labeled(console: Console, name: str) -> int:
    return int(console.job(name)["LabelCounters"]["TotalLabeled"])


def _told(console: Console, name: str) -> dict[str, Any]:
    return {
        "labeled": _labeled(console, name),
        "status": console.status(name),
        "output_manifest": console.output(name),
    }
