"""The objects of S3 as the execution role of a labeling job sees them, for whoever works on the
job.
"""

from bot.sandbox.aws.s3.headers import ARCHIVED
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.crowd.job_request import ObjectGone

__all__ = ["RoleObjects"]


class RoleObjects:
    """The objects as the execution role of a labeling job sees them: not those in buckets that
    refuse it.
    """

    def __init__(self, objects: ObjectStore, situations: Situations) -> None:
        self._objects = objects
        self._situations = situations

    def read(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes; None when it does not exist. Raises ObjectGone where the role is
        refused.
        """
        self._check(bucket)
        found = self._objects.head(bucket, key)
        if found is None:
            return None
        storage_class = found.headers.get("x-amz-storage-class")
        if storage_class in ARCHIVED:
            raise ObjectGone(
                f"InvalidObjectState: s3://{bucket}/{key} is archived ({storage_class}); restore "
                "it first"
            )
        return self._objects.content(found)

    def bucket_exists(self, bucket: str) -> bool:
        """Whether there is such a bucket; raises ObjectGone where the role is refused."""
        self._check(bucket)
        return self._objects.bucket_exists(bucket)

    def write(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Store an object; raises KeyError without the bucket, ObjectGone where the role is
        refused.
        """
        self._check(bucket)
        self._objects.write(bucket, key, body, content_type)

    def _check(self, bucket: str) -> None:
        refusal = self._situations.role_refusal(bucket)
        if refusal:
            raise ObjectGone(refusal)
