"""The older query protocol, generated from botocore's models as JSON is: forms in, XML out.

Promises what `protocol` promises: a method gets only what the model allows, an answer has only what
the model has. Names that the model does not know are passed over, as AWS does with forms.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import ModelService, request_id
from bot.sandbox.aws.wire.xml import Reply, writable

__all__ = ["QueryService", "error_document", "form_of"]

DEEPEST_NAME = 16
"""Parts of a parameter's name; none that AWS has comes near."""
SERVER_SIDE = 500
_BOOLEANS = {"true": True, "false": False}
_FLOATS = {"float", "double"}
Node = dict[str, Any]
"""A form as a tree: the parts of dotted names lead down, the value of a name is under its empty
part.
"""


class QueryService(ModelService):
    """A service that speaks the query protocol."""

    protocol = "query"

    def answer(self, body: bytes) -> Reply:
        """Answer one form; raises AwsError."""
        form = form_of(body)
        action, version = form.get("Action", ""), form.get("Version", self.model.api_version)
        if not action:
            raise AwsError("MissingAction", "The request must contain the parameter Action.")
        if action not in self.model.operation_names or version != self.model.api_version:
            raise AwsError(
                "InvalidAction", f"Could not find operation {action} for version {version}"
            )
        handler = self._handler(action, f"{self.name.upper()}.{action}")
        model = self.model.operation_model(action)
        asked = read(model.input_shape, _tree(form)) if model.input_shape else {}
        given = handler(self._checked(model.input_shape, asked) if model.input_shape else {}) or {}
        result = ""
        if model.output_shape is not None:
            wrapper = model.output_shape.serialization.get("resultWrapper", f"{action}Result")
            result = f"<{wrapper}>{_inner(model.output_shape, given)}</{wrapper}>"
        text = (
            f'<{action}Response xmlns="{self.model.metadata["xmlNamespace"]}">{result}'
            f"<ResponseMetadata><RequestId>{request_id()}</RequestId></ResponseMetadata></{action}Response>"
        )
        return Reply(200, text.encode(), {"content-type": "text/xml"})

    def error(self, error: AwsError) -> Reply:
        """An error as this service writes it."""
        return error_document(error, str(self.model.metadata["xmlNamespace"]))


def form_of(body: bytes) -> dict[str, str]:
    """The names and values of a form."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def error_document(error: AwsError, namespace: str) -> Reply:
    """An error as the query protocol writes it."""
    kind = "Sender" if error.status < SERVER_SIDE else "Receiver"
    text = (
        "<ErrorResponse "
        f'xmlns="{namespace}"><Error><Type>{kind}</Type><Code>{writable(error.code)}</Code>'
        f"<Message>{writable(error.message)}</Message></Error><RequestId>{request_id()}</RequestId></ErrorResponse>"
    )
    return Reply(error.status, text.encode(), {"content-type": "text/xml"})


def _tree(form: Mapping[str, str]) -> Node:
    root: Node = {}
    for name, value in form.items():
        parts = name.split(".")
        if len(parts) > DEEPEST_NAME:
            raise AwsError("MalformedQueryString", "The query string contains a syntax error.")
        node = root
        for part in parts:
            node = node.setdefault(part, {}) if part else node
        node[""] = value
    return root


def read(shape: Shape, node: Node) -> Any:
    """What the shape says of a form's tree; raises AwsError for a number or a truth value that is
    none.
    """
    if isinstance(shape, StructureShape):
        found = {name: node.get(_wire_name(each, name)) for name, each in shape.members.items()}
        return {
            name: read(shape.members[name], below)
            for name, below in found.items()
            if below is not None
        }
    if isinstance(shape, ListShape):
        return [
            read(shape.member, each)
            for each in _items(shape, node, _wire_name(shape.member, "member"))
        ]
    if isinstance(shape, MapShape):
        pairs = _items(shape, node, "entry")
        key, value = _wire_name(shape.key, "key"), _wire_name(shape.value, "value")
        return {
            str(read(shape.key, each.get(key, {}))): read(shape.value, each.get(value, {}))
            for each in pairs
        }
    return _scalar(shape, str(node.get("", "")))


def _items(shape: Shape, node: Node, name: str) -> list[Node]:
    """The numbered parts below a list or a map, in order."""
    numbered = node if shape.serialization.get("flattened") else node.get(name, {})
    return [
        numbered[each]
        for each in sorted((n for n in numbered if n.isascii() and n.isdigit()), key=int)
    ]


def _scalar(shape: Shape, text: str) -> Any:
    kind = shape.type_name
    try:
        if kind == "boolean":
            return _BOOLEANS[text.lower()]
        if kind in {"integer", "long"}:
            return int(text[:20])
        if kind in _FLOATS:
            return float(text[:40])
        if kind == "blob":
            return base64.b64decode(text, validate=True)
        if kind == "timestamp":
            return datetime.fromisoformat(text).timestamp()
    except (KeyError, ValueError, OverflowError) as error:
        raise AwsError("MalformedInput", f"The value {text[:40]!r} is no {kind}.") from error
    return text


def _inner(shape: StructureShape, value: Mapping[str, Any]) -> str:
    """The members of an answer; raises LookupError for one that the model does not have, or
    lacks.
    """
    invented = value.keys() - shape.members.keys()
    missing = [name for name in shape.required_members if value.get(name) is None]
    if invented or missing:
        raise LookupError(f"{shape.name}: invented {sorted(invented)}, missing {missing}")
    return "".join(
        _written(shape.members[name], _wire_name(shape.members[name], name), each)
        for name, each in value.items()
        if each is not None
    )


def _written(shape: Shape, name: str, value: Any) -> str:
    if isinstance(shape, StructureShape):
        return f"<{name}>{_inner(shape, value)}</{name}>"
    if isinstance(shape, ListShape):
        return (
            f"<{name}>{''.join(_written(shape.member, 'member', each) for each in value)}</{name}>"
        )
    if isinstance(shape, MapShape):
        entries = (
            _written(shape.key, "key", k) + _written(shape.value, "value", v)
            for k, v in value.items()
        )
        return f"<{name}>{''.join(f'<entry>{each}</entry>' for each in entries)}</{name}>"
    return f"<{name}>{writable(_text(shape, value))}</{name}>"


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return str(value)


def _wire_name(shape: Shape, name: str) -> str:
    return str(shape.serialization.get("name", name))
