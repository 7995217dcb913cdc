"""The policy that docs/running.md gives to the bot allows what the code asks of AWS, and nothing
else.
"""

import json
import re
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

IMPLIED = {
    "sagemaker": {"AddTags"},
    "cognito-idp": set(),
    "rekognition": {"TagResource"},
    "logs": set(),
    "sns": set(),
    "sts": set(),
}  # CreateLabelingJob and CreateProjectVersion with tags ask for it
NAMES = {"PublishBatch": "Publish"}  # IAM's name where it is not the operation's
SOURCES = [
    path.read_text()
    for folder in ("bot", "commands")
    for path in Path(folder).rglob("*.py")
    if "sandbox" not in path.parts
]


@pytest.mark.parametrize("service", IMPLIED)
def test_policy_is_what_the_code_asks_for(service: str) -> None:
    """An administrator would grant rights that nothing needs, or miss one at the first job."""
    operations = get_session().get_service_model(service).operation_names
    code = "\n".join(source for source in SOURCES if f'("{service}")' in source)
    asked = {
        NAMES.get(name, name)
        for name in operations
        if "_" in xform_name(name) and re.search(rf"\.{xform_name(name)}\b", code)
    }
    assert allowed(service) == asked | IMPLIED[service]


def allowed(service: str) -> set[str]:
    """The operations of a service that the bot's own policy allows."""
    policies = [
        json.loads(text)
        for text in re.findall(r"```json\n(.*?)```", Path("docs/running.md").read_text(), re.DOTALL)
    ]
    own = next(each for each in policies if "sts:GetCallerIdentity" in json.dumps(each))
    granted = [s["Action"] for s in own["Statement"] if s["Effect"] == "Allow"]
    names = [name for each in granted for name in ([each] if isinstance(each, str) else each)]
    return {name.partition(":")[2] for name in names if name.startswith(f"{service}:")}
