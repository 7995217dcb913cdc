"""The JSON protocols, generated from botocore's own service models: decode, check, call, encode.

Promises the services that a method gets only what the model allows, and the callers that an answer
has only members that the model has. A service method is named as boto3 names it
(`create_labeling_job`), takes the decoded request and gives the answer; it is refused at start if
AWS has no such operation.
"""

import base64
import contextlib
import functools
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from bot.sandbox import strict_json
from bot.sandbox.aws.wire.constraints import violations
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.xml import Reply

__all__ = [
    "Caller",
    "JsonService",
    "ModelService",
    "caller",
    "calling",
    "json_error",
    "operation",
    "request_id",
    "service_model",
]

Handler = Callable[[dict[str, Any]], dict[str, Any]]
HTTP_NOT_IMPLEMENTED = 501
_NUMBERS = {"integer": 2**31, "long": 2**63, "float": 2**128, "double": 2**1024, "timestamp": 2**37}
"""Where each kind of number ends; timestamps in the year 6325, which every calendar here can still
write.
"""
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Caller:
    """Who calls (from the signature), and under which address this server is known to him."""

    arn: str
    user_id: str
    base_url: str


_caller: ContextVar[Caller] = ContextVar("caller")


def caller() -> Caller:
    """Who sent the request that is being answered."""
    return _caller.get()


@contextlib.contextmanager
def calling(who: Caller) -> Iterator[None]:
    """The request of `who` is answered inside this block."""
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)


def operation(method: Method) -> Method:
    """Mark a method as an AWS operation; its name is boto3's."""
    method.aws_operation = True  # type: ignore[attr-defined]
    return method


def json_error(error: AwsError, content_type: str = "application/x-amz-json-1.1") -> Reply:
    """An error as the JSON protocols write it."""
    headers = {
        "content-type": content_type,
        "x-amzn-errortype": error.code,
        "x-amzn-requestid": request_id(),
    }
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    return Reply(error.status, body, {**headers, **error.headers})


def request_id() -> str:
    """A request id as most services write them."""
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@functools.cache
def service_model(name: str) -> ServiceModel:
    """Botocore's own model of a service; what lies in a person's home folder is not looked at."""
    return ServiceModel(_loader().load_service_model(name, "service-2"), service_name=name)


@functools.cache
def _loader() -> Loader:
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


class ModelService:
    """A service whose requests are checked by botocore's model, whatever dialect carries them.

    `subjects` bring the operations; `refusal` is the code of a broken constraint. Raises at start:
    RuntimeError when botocore would speak another protocol than `protocol`, LookupError for an
    operation that AWS does not have.
    """

    protocol = ""

    def __init__(
        self, name: str, subjects: Sequence[object], *, refusal: str = "ValidationException"
    ) -> None:
        self.name = name
        self.model = service_model(name)
        if self.model.resolved_protocol != self.protocol:
            spoken = self.model.resolved_protocol
            raise RuntimeError(
                f"botocore speaks {spoken} to {name}; this stand-in speaks {self.protocol}."
            )
        self._refusal = refusal
        names = {xform_name(each): each for each in self.model.operation_names}
        self._handlers: dict[str, Handler] = {}
        for subject in subjects:
            for method_name in dir(type(subject)):
                if getattr(getattr(type(subject), method_name), "aws_operation", False):
                    self._handlers[names[method_name]] = getattr(subject, method_name)

    def _handler(self, operation_name: str, shown: str) -> Handler:
        """The method for an operation of the model; `shown` names it in the refusal. Raises
        AwsError.
        """
        handler = self._handlers.get(operation_name)
        if handler is None:
            words = f"This practice server does not have {shown}."
            raise AwsError("NotImplementedException", words, HTTP_NOT_IMPLEMENTED)
        return handler

    def _checked(self, shape: Shape, asked: Mapping[str, Any]) -> dict[str, Any]:
        # UNSURE: AWS ignores members that its model does not have; here they are refused, so that
        # slips are seen.
        broken = list(violations(shape, asked))
        if broken:
            raise self._refused(broken)
        report = ParamValidator().validate(asked, shape)
        if report.has_errors():
            raise AwsError(
                self._refusal, f"Parameter validation failed: {report.generate_report()}"
            )
        return dict(asked)

    def _refused(self, broken: Sequence[str]) -> AwsError:
        """The refusal of a request that breaks the constraints told of."""
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected"
        return AwsError(self._refusal, f"{count}: {'; '.join(broken)}")


class JsonService(ModelService):
    """A service that speaks JSON, 1.0 or 1.1 as its model says."""

    protocol = "json"

    def __init__(
        self, name: str, subjects: Sequence[object], *, refusal: str = "ValidationException"
    ) -> None:
        super().__init__(name, subjects, refusal=refusal)
        self.prefix = str(self.model.metadata["targetPrefix"])
        self.content_type = f"application/x-amz-json-{self.model.metadata['jsonVersion']}"

    def answer(self, operation_name: str, body: bytes) -> bytes:
        """Do one operation; raises AwsError."""
        if operation_name not in self.model.operation_names:
            raise AwsError(
                "UnknownOperationException", f"{self.name} has no operation {operation_name}."
            )
        handler = self._handler(operation_name, f"{self.prefix}.{operation_name}")
        model = self.model.operation_model(operation_name)
        given = handler(self._asked(model.input_shape, body)) or {}
        return (
            b"{}"
            if model.output_shape is None
            else json.dumps(encoded(model.output_shape, given)).encode()
        )

    def error(self, error: AwsError) -> Reply:
        """An error as this service writes it."""
        return json_error(error, self.content_type)

    def _asked(self, shape: Shape | None, body: bytes) -> dict[str, Any]:
        try:
            asked = strict_json.loads(body or b"{}")
        except ValueError as error:
            raise AwsError(
                "SerializationException", "The request body is not valid JSON."
            ) from error
        if not isinstance(asked, dict):
            raise AwsError("SerializationException", "The request body must be a JSON object.")
        if shape is None:
            return {}
        asked = {name: value for name, value in asked.items() if value is not None}
        return self._checked(shape, _decoded(shape, asked))


def _decoded(shape: Shape, value: Any) -> Any:
    """Blobs are base64 on the wire; everything else is as JSON has it."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            k: _decoded(shape.members[k], v) if k in shape.members else v for k, v in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_decoded(shape.member, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _decoded(shape.value, each) for key, each in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except ValueError as error:
            raise AwsError("SerializationException", "A blob is not valid base64.") from error
    if shape.type_name in _NUMBERS:
        _check_number(shape.type_name, value)
    return value


def _check_number(kind: str, value: Any) -> None:
    """Refuse what JSON can say and the wire's number cannot hold; other wrong types are for the
    validator.
    """
    if isinstance(value, bool) or (kind == "timestamp" and not isinstance(value, int | float)):
        raise AwsError(
            "SerializationException", f"A {type(value).__name__} cannot be converted to a number."
        )
    if isinstance(value, int | float) and not abs(value) < _NUMBERS[kind]:
        raise AwsError(
            "SerializationException", f"The number {str(value)[:20]} is out of range for {kind}."
        )


def encoded(shape: Shape, value: Any) -> Any:
    """An answer as JSON carries it: epoch seconds to the millisecond, base64; members that are None
    are left out.

    Raises LookupError for a member the model does not have or a required one that is missing: a
    fault of this stand-in, never of the caller.
    """
    if isinstance(shape, StructureShape):
        invented = value.keys() - shape.members.keys()
        missing = [name for name in shape.required_members if value.get(name) is None]
        if invented or missing:
            raise LookupError(f"{shape.name}: invented {sorted(invented)}, missing {missing}")
        return {
            name: encoded(shape.members[name], each)
            for name, each in value.items()
            if each is not None
        }
    if isinstance(shape, ListShape):
        return [encoded(shape.member, each) for each in value]
    if isinstance(shape, MapShape):
        return {key: encoded(shape.value, each) for key, each in value.items()}
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if shape.type_name == "timestamp":
        return round(value, 3)
    return value
