"""The one exception of the AWS stand-in: a refusal with AWS's code, AWS's kind of words and the
HTTP status.

Each dialect (JSON, query, S3's XML) writes it in its own way.
"""

from collections.abc import Mapping

__all__ = ["AwsError", "invalid"]

HTTP_BAD_REQUEST = 400


class AwsError(Exception):
    """AWS refuses the request. `extra` are further members of the error document, `headers` of the
    answer.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = HTTP_BAD_REQUEST,
        *,
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


def invalid(message: str) -> AwsError:
    """A ValidationException: what SageMaker answers to a request that its model allows and its
    rules do not.
    """
    return AwsError("ValidationException", message)
