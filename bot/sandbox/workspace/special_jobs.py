"""The streaming job of the demo of all types.

Made in the AWS console, so that it can be followed in Slack. Promised to the demo: plain values
that say what came of it.
"""

import json
from typing import Any

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.console import OVER, Console
from bot.sandbox.workspace.story import wait_for

__all__ = ["STREAM", "stream"]

STREAM = "every-stream"
_PATIENCE = 240.0
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
    wait_for(lambda: console.labeled(STREAM) == len(set(sent)), _PATIENCE, "both to be labeled")
    console.sagemaker.stop_labeling_job(LabelingJobName=STREAM)
    wait_for(lambda: console.status(STREAM) in OVER, _PATIENCE, "the stream to stop")
    return {"sent": len(sent), "objects": len(set(sent)), **console.told(STREAM)}
