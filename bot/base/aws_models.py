"""AWS's descriptions of its services, read once in a process and kept lean.

Promises whoever makes clients that every operation of the bot's is described as botocore's own
files describe it, at half the memory: botocore keeps ordered dictionaries where plain ones have the
same order, and four hundred operations of SageMaker of which a labeling bot uses ten.
"""

import gzip
import os
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

_ENDINGS = ((".json", open), (".json.gz", gzip.open))
# what an operation of SageMaker's that has to do with labeling has in its name
_LABELING = ("LabelingJob", "Workteam", "Workforce", "UiTemplate", "HumanTaskUi")
_SAGEMAKER = f"{os.sep}sagemaker{os.sep}"


@cache
def models() -> Any:
    """The loader of AWS's descriptions, for `register_component("data_loader", ...)`; whatever
    sessions a process makes, each file is read once.
    """
    from botocore.loaders import create_loader  # noqa: PLC0415 - boto3 is read when AWS is first asked

    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    loader.file_loader = cast("Any", _Lean())
    return loader


class _Lean:
    """Reads a description's file, as botocore's `JSONFileLoader` does."""

    def exists(self, file_path: str) -> bool:
        """Whether there is a file of this name with one of the endings."""
        return any(Path(file_path + ending).is_file() for ending, _opened in _ENDINGS)

    def load_file(self, file_path: str) -> Any:
        """What the file says, None where there is none."""
        for ending, opened in _ENDINGS:
            if not Path(file_path + ending).is_file():
                continue
            with opened(file_path + ending, "rb") as file:
                found = msgspec.json.decode(file.read())
            if _SAGEMAKER in file_path and file_path.endswith("service-2"):
                return of_labeling(found)
            return found
        return None


def of_labeling(service: dict[str, Any]) -> dict[str, Any]:
    """A service's description with the operations that have to do with labeling alone, and with the
    shapes that these speak of.
    """
    operations = {
        name: operation
        for name, operation in service["operations"].items()
        if any(word in name for word in _LABELING)
    }
    shapes: dict[str, Any] = {}
    waiting = [named for operation in operations.values() for named in _of_operation(operation)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = service["shapes"][name]
            waiting += _of_shape(shapes[name])
    return {**service, "operations": operations, "shapes": shapes}


def _of_operation(operation: dict[str, Any]) -> list[str]:
    """The shapes that an operation names."""
    ways = [operation[way] for way in ("input", "output") if way in operation]
    return [each["shape"] for each in (*ways, *operation.get("errors", ()))]


def _of_shape(shape: dict[str, Any]) -> list[str]:
    """The shapes that a shape is made of."""
    parts = [shape[part] for part in ("member", "key", "value") if part in shape]
    return [each["shape"] for each in (*parts, *shape.get("members", {}).values())]
