"""Leave for another AWS account to copy a model (pure): who is let, by which words of AWS's, and
what is typed there.

Amazon Rekognition copies a model to another account from within that account, after the project of
the model has a policy that names it (PutProjectPolicy, CopyProjectVersion; the same Region only).
"""

import json
import re

from bot.base.blocks import code, section, typed
from bot.delivery.message import Message

_ACCOUNT = re.compile(r"[0-9]{12}")


def asked(said: str) -> tuple[str, str]:
    """The model and the account that these words name; "" for what they do not."""
    words = said.split()
    if not words or not _ACCOUNT.fullmatch(words[-1].replace("-", "")):
        return said.strip(), ""
    return " ".join(words[:-1]), words[-1].replace("-", "")


def policy_name(account: str, arn: str) -> str:
    """One policy for an account and a model, by the moment that ends the model's ARN: the name has
    1 to 128 letters, digits, hyphens, underscores and dots (PutProjectPolicy).
    """
    return f"labeljob-{account}-{arn.rpartition('/')[2]}"


def policy(account: str, arn: str, partition: str) -> str:
    """The policy that lets the account copy the one model of that ARN, and nothing else."""
    statement = {
        "Sid": "LabeljobCopy",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": "rekognition:CopyProjectVersion",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def answer(called: str, account: str, source: tuple[str, str], region: str) -> Message:
    """What the manager is told: what was done, and what is typed in the other account. `source` are
    the ARNs of the project and of the model.
    """
    project, version = source
    command = (
        f"aws rekognition copy-project-version --region {region} "
        f"--source-project-arn {project} --source-project-version-arn {version} "
        "--destination-project-arn ARN-OF-A-PROJECT-THERE --version-name v1 "
        "--output-config S3Bucket=BUCKET-THERE,S3KeyPrefix=models/"
    )
    words = (
        f"Account {account} may copy *{typed(called)}* now, and nothing else of this project. "
        f"Nothing is copied yet; somebody there types:\n{code(command)}\n"
        "With ARN-OF-A-PROJECT-THERE, v1 and BUCKET-THERE as they are to be there. The permission "
        "stays until somebody deletes it in AWS's console."
    )
    return Message(words, [section(words)])
