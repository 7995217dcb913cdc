"""Previews: what goes to RenderUiTemplate, and what is said where AWS shows its own page or a pre
function decides what workers get.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.base.aws import Aws
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.settings import Settings
from bot.engines.ground_truth.catalogue import TASK_TYPES, page_arn
from bot.engines.ground_truth.categories import category_file
from bot.engines.ground_truth.preview import NotRendered, Previewer
from bot.engines.particulars import Particulars
from bot.engines.protocol import Order
from bot.instructions.page import Instructions
from bot.sandbox.aws import app
from bot.sandbox.http import Server

KEYS = {"AKIAPRACTICE": "practice-secret"}
ROLE = "arn:aws:iam::111122223333:role/LabelingRole"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:mine"
LINE = {"source-ref": "s3://raw/a.jpg", "shelf": 4}
TEMPLATE = "<crowd-form>{{ task.input.shelf }}{{ task.input.taskObject }}</crowd-form>"


def order(kind: str, **particulars: Any) -> Order:
    told = Instructions("Shelves", "Find <it>", ("left", "right"), "<p>Short</p>", "")
    return Order(
        request_key="r1",
        name="Shelf-One",
        label_attribute="shelf",
        task_type=TASK_TYPES[kind],
        manifest=S3Uri.parse("s3://raw/a.manifest"),
        output=S3Uri.parse("s3://out/labels/"),
        folder=S3Uri.parse("s3://out/labels/shelf-one/labeljob/"),
        workteam="arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/us",
        instructions=told,
        workers_per_object=1,
        task_time_limit_s=300,
        availability_s=3600,
        allowed=Allowed(("raw", "out")),
        particulars=msgspec.structs.replace(Particulars(), **particulars),
    )


def previewer(url: str) -> Previewer:
    (key, secret) = next(iter(KEYS.items()))
    settings = Settings(
        SLACK_BOT_TOKEN="xoxb-test",
        AWS_ENDPOINT_URL=url,
        AWS_REGION="us-east-1",
        AWS_ACCESS_KEY_ID=key,
        AWS_SECRET_ACCESS_KEY=secret,
    )
    return Previewer(Aws(settings), ROLE)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("preview")
    server = Server(app.create_app(app.AwsConfig(folder, KEYS)).app).start()
    yield server.url
    server.stop()


@contextmanager
def function(
    answer: bytes, *, error: str = "", status: int = 200
) -> Iterator[tuple[str, list[Any]]]:
    """A pre function of the requester's, behind Lambda's own path; what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, json.loads(body)))
            self.send_response(status)
            if error:
                self.send_header("X-Amz-Function-Error", error)
            if status != 200:
                self.send_header("x-amzn-ErrorType", "AccessDeniedException")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_own_page_of_aws_is_told_by_its_settings(url: str) -> None:
    """Without this, whoever asks for text spans or frames would get no preview, and no reason."""
    asked = order("named-entity-recognition")
    arn = page_arn("us-east-1", "NamedEntityRecognition")
    labels = category_file(asked.task_type, asked.instructions, asked.particulars) or b""
    found = previewer(url).of_own_page(arn, asked, {"source": "x"}, labels)
    assert "&quot;label&quot;: &quot;left&quot;" in found.page
    assert "Find &lt;it&gt;" in found.page
    assert found.notes[0].startswith("Ground Truth shows its own page for this task type")


def test_template_that_cannot_be_rendered_is_refused_with_the_reason(url: str) -> None:
    """Without this, an empty page would look like what workers see."""
    with pytest.raises(NotRendered, match=r"could not make a page of it: .*nosuch"):
        previewer(url).of_template("{% nosuch %}", order("custom"), LINE)
    with pytest.raises(NotRendered, match="it would be empty"):
        previewer(url).of_template("{% if task.input.never %}x{% endif %}", order("custom"), LINE)


def test_pre_function_that_may_not_be_asked_is_said(url: str) -> None:
    """Without this, the preview would show another input than the workers' without a word."""
    asked = order("custom", pre_function=FUNCTION)
    found = previewer(url).of_template(TEMPLATE, asked, LINE)
    assert found.page == "<crowd-form>s3://raw/a.jpg</crowd-form>"
    assert found.notes[0].startswith("The pre function was not asked, so the page may differ.")


def test_pre_function_says_what_workers_get() -> None:
    """Without this, the preview of a custom job would not be what its workers see."""
    with function(b'{"taskInput": {"shelf": 7}}') as (there, asked):
        found = previewer(there)._task_input(order("custom", pre_function=FUNCTION), LINE)
    assert found == ({"shelf": 7}, ())
    ((path, event),) = asked
    assert "function%3Amine/invocations" in path
    assert event == {
        "version": "2018-10-16",
        "labelingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/shelf-one",
        "dataObject": LINE,
    }


def test_object_that_nobody_will_see_is_told() -> None:
    """Without this, a page would be approved that no worker ever gets."""
    answer = b'{"taskInput": {}, "isHumanAnnotationRequired": "false"}'
    with function(answer) as (there, _asked):
        _input, notes = previewer(there)._task_input(order("custom", pre_function=FUNCTION), LINE)
    assert notes == ("The pre function sends this object to nobody.",)


@pytest.mark.parametrize(
    ("answer", "error", "status", "words"),
    [
        (b'{"errorMessage": "no shelf"}', "Unhandled", 200, "It failed: "),
        (b"nothing", "", 200, "It gave no taskInput."),
        (b"[]", "", 200, "It gave no taskInput."),
        (b'{"taskInput": 3}', "", 200, "Its taskInput is no JSON object."),
        (b'{"Message": "no"}', "", 403, "AWS denied the bot's access (Invoke)"),
    ],
)
def test_what_a_pre_function_does_wrong_is_said(
    answer: bytes, error: str, status: int, words: str
) -> None:
    """Without this, a broken function would take the preview away, or be found out by workers."""
    with function(answer, error=error, status=status) as (there, _asked):
        told, notes = previewer(there)._task_input(order("custom", pre_function=FUNCTION), LINE)
    assert told["taskObject"] == LINE["source-ref"]
    assert words in notes[0]
