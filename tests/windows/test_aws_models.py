"""AWS's descriptions as the bot reads them, beside botocore's own reading of the same files."""

import pytest
from botocore.loaders import create_loader

from bot.base.aws_models import models

OWN = create_loader()
READ_NOW = models.__wrapped__()
"""What clients use is changed by botocore's own customizations after it was read."""
FILES = [
    ("s3", "service-2"),
    ("s3", "endpoint-rule-set-1"),
    ("rekognition", "service-2"),
    ("rekognition", "paginators-1"),
    ("sagemaker", "paginators-1"),
    ("cognito-idp", "service-2"),
    ("sns", "service-2"),
]


@pytest.mark.parametrize(("service", "kind"), FILES)
def test_what_is_read_is_what_stands_there(service: str, kind: str) -> None:
    """Without this, a request could be built by a description that is not AWS's."""
    assert READ_NOW.load_service_model(service, kind) == OWN.load_service_model(service, kind)


def test_operations_of_labeling_are_whole() -> None:
    """Without this, a field of a labeling job could be left out of what AWS is asked or says."""
    ours = READ_NOW.load_service_model("sagemaker", "service-2")
    whole = OWN.load_service_model("sagemaker", "service-2")
    assert {"CreateLabelingJob", "DescribeWorkteam", "RenderUiTemplate"} <= set(ours["operations"])
    for kind in ("operations", "shapes"):
        assert ours[kind] == {name: whole[kind][name] for name in ours[kind]}
    assert ours["metadata"] == whole["metadata"]
    assert len(ours["shapes"]) < len(whole["shapes"]) / 10


def test_what_is_not_there_is_missing_as_with_botocore() -> None:
    """Without this, an unknown service would end in words that nobody can look up."""
    assert READ_NOW.list_available_services("service-2") == OWN.list_available_services("service-2")
    assert READ_NOW.file_loader.load_file("/nowhere/service-2") is None
