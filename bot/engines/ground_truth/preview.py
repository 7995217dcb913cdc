"""What workers will see of one object, before anything is launched: rendered by AWS.

Promises to the engine: the page is what RenderUiTemplate makes of the very template that the job
will have, with the input that a task will get. Where AWS shows a page of its own and renders none
of it for us, the settings that its page will get are shown instead, and that is said.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from bot.base.aws import Aws, AwsRefused, renamed
from bot.base.errors import Refusal, Transient
from bot.engines.protocol import Order, Previewed

_SHOWN_ERRORS = 5
_OWN_PAGE = (
    "Ground Truth shows its own page for this task type and does not render it beforehand. The "
    "file has what that page will get: labels and instructions."
)


class NotRendered(Refusal):
    """Ground Truth could not make a page of this template."""

    field = "template"


class Previewer:
    """Asks SageMaker with a worker's patience. `role_arn` is the execution role, by whose rights
    pictures are shown.
    """

    def __init__(self, aws: Aws, role_arn: str) -> None:
        self._sagemaker = aws.act("sagemaker")
        self._lambda = aws.create("lambda")
        self._role_arn = role_arn

    def of_template(self, template: str, order: Order, line: Mapping[str, Any]) -> Previewed:
        """The page of a template of ours or of the requester's.

        Raises:
            NotRendered: with what Ground Truth says of it.
            AwsRefused, AwsBusy: see `bot.base.aws`.

        """
        task_input, notes = self._task_input(order, line)
        page, errors = self._rendered(task_input, UiTemplate={"Content": template})
        if errors or not page.strip():
            why = "; ".join(errors) or "it would be empty."
            raise NotRendered(f"Ground Truth could not make a page of it: {why}")
        return Previewed(page, notes)

    def of_own_page(
        self, page_arn: str, order: Order, line: Mapping[str, Any], categories: bytes
    ) -> Previewed:
        """The page of AWS's own where it is rendered for us, else what that page will get."""
        task_input, notes = self._task_input(order, line)
        try:
            page, errors = self._rendered(task_input, HumanTaskUiArn=page_arn)
        except AwsRefused as refusal:
            page, errors = "", [refusal.words]
        if page and not errors:
            return Previewed(page, notes)
        return Previewed(_settings(order, categories), (_OWN_PAGE, *notes))

    def _rendered(self, task_input: Mapping[str, Any], **ui: Any) -> tuple[str, list[str]]:
        """The page, and what AWS says went wrong (with HTTP 200)."""
        task = {"Input": json.dumps(task_input, ensure_ascii=False)}
        with renamed():
            answer = self._sagemaker.render_ui_template(Task=task, RoleArn=self._role_arn, **ui)
            errors = [str(one["Message"]) for one in answer["Errors"]]
            return str(answer["RenderedContent"]), errors[:_SHOWN_ERRORS]

    def _task_input(
        self, order: Order, line: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What a task will get of the object, and what of it is a guess."""
        usual = {
            "taskObject": line.get("source-ref", line.get("source")),
            "labels": list(order.instructions.labels),
            "manifestLine": line,
        }
        function = order.particulars.pre_function
        if order.task_type.pre or not function:
            return usual, ()
        try:
            return self._asked(function, order, line)
        except (Refusal, Transient) as error:
            words = f"The pre function was not asked, so the page may differ. {error.words}"
            return usual, (words,)

    def _asked(
        self, function: str, order: Order, line: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What the requester's pre function makes of the object."""
        event = {
            "version": "2018-10-16",
            "labelingJobArn": _job_arn(order),
            "dataObject": line,
        }
        with renamed():
            answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event).encode())
            said = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise NotRendered(f"It failed: {said[:300].decode('utf-8', 'replace')}")
        return _input_of(said)


def _input_of(said: bytes) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The task's input of a pre function's answer, and whether anybody will see the object."""
    try:
        answer = json.loads(said)
        task_input = answer["taskInput"]
    except (ValueError, LookupError, TypeError) as error:
        raise NotRendered("It gave no taskInput.") from error
    if not isinstance(task_input, Mapping):
        raise NotRendered("Its taskInput is no JSON object.")
    # the console's word and the reference's
    wanted = answer.get("isHumanAnnotationRequired", answer.get("humanAnnotationRequired", True))
    if str(wanted).lower() == "false":
        return task_input, ("The pre function sends this object to nobody.",)
    return task_input, ()


def _job_arn(order: Order) -> str:
    """The ARN that the job will have: in the Region and the account of its labeling team."""
    beginning = ":".join(order.workteam.split(":")[:5])
    return f"{beginning}:labeling-job/{order.name.lower()}"


def _settings(order: Order, categories: bytes) -> str:
    """A page that shows what AWS's own page will get."""
    told = order.instructions
    settings = json.dumps(json.loads(categories), indent=2, ensure_ascii=False)
    return (
        '<!doctype html>\n<meta charset="utf-8">\n'
        f"<title>{escape(told.task_title)}</title>\n"
        f"<h1>{escape(told.task_title)}</h1>\n<p>{escape(told.description)}</p>\n"
        f"<p>{escape(_OWN_PAGE)}</p>\n"
        f"<h2>Labels and instructions</h2>\n<pre>{escape(settings)}</pre>\n"
    )
