"""Functions of one's own (Lambda) before and after a custom task: this stand-in runs none but a few
of its own, which are there by name.

Promised to the intake and to the consolidation: ``missing`` names the first function of a job that
is not here, for which a job fails as with a function that does not exist. What the practice
functions do is what AWS's examples of such functions do: the one before hands the object on, the
one after keeps what most workers submitted.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["PRACTICE_POST", "PRACTICE_PRE", "missing", "most_given"]

PRACTICE_PRE, PRACTICE_POST = "SageMaker-practice-pre", "SageMaker-practice-post"


def missing(task: Mapping[str, Any], job_arn: str) -> str:
    """The ARN of a function that the job names and that does not exist; "" when all do.

    The service's own are not asked for: CreateLabelingJob has refused those that do not exist.
    """
    _, partition, _, region, account, _ = job_arn.split(":", 5)
    consolidation = task.get("AnnotationConsolidationConfig", {})
    named = {
        PRACTICE_PRE: task.get("PreHumanTaskLambdaArn", ""),
        PRACTICE_POST: consolidation.get("AnnotationConsolidationLambdaArn", ""),
    }
    for practice, arn in named.items():
        ours = f"arn:{partition}:lambda:{region}:{account}:function:{practice}"
        name = arn.rpartition(":function:")[2]
        if arn and arn != ours and not name.startswith(("PRE-", "ACS-")):
            return str(arn)
    return ""


def most_given(contents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the practice function after the task makes of all answers: the one that most gave (a
    draw: the earlier one), and how many there were.
    """
    counts = Counter(json.dumps(content, sort_keys=True) for content in contents)
    [(best, agree)] = counts.most_common(1)
    return {"annotation": json.loads(best), "agreed": agree, "answers": len(contents)}
