"""The way to Ground Truth's streaming jobs: SNS topics, and the events of buckets."""

from collections.abc import Iterator, Sequence

from bot.base.aws import Aws, AwsBusy, AwsRefused, renamed
from bot.base.errors import Refusal, Transient
from bot.base.s3_uri import S3Uri
from bot.engines.ground_truth.bucket_events import plain, same, with_entry, without_entry
from bot.engines.streams import CannotFeed, NoTopic

AT_ONCE = 10  # SNS: entries of a PublishBatch
BYTES_AT_ONCE = 262_144  # SNS: of all its messages together
_GONE = {"NotFound", "NotFoundException"}


class TooLong(Refusal):
    """An object's line is longer than the 262,144 bytes that SNS takes."""


class EventsChanged(Transient):
    """Somebody changed what the bucket tells to others at this very moment. Nothing was written;
    it is tried again by itself.
    """


class TopicStreams:
    """Streams of one account and Region (see `bot.engines.streams.Streams`).

    Every method may raise what `bot.base.aws` names: AwsRefused, AwsBusy, Lapsed.
    """

    def __init__(self, aws: Aws) -> None:
        self._region = aws.region
        self._asked = aws.form("sns")
        self._sns = aws.act("sns")
        self._s3 = aws.act("s3")

    def check_topic(self, topic: str) -> None:
        """Refuse a topic that is not there, or in another Region than the jobs."""
        region = topic.split(":")[3]
        if region != self._region:
            raise NoTopic(
                f"This topic is in {region}, the bot works in {self._region}, and Ground Truth "
                "takes topics of its own Region only. Give one of there."
            )
        try:
            with renamed():
                self._asked.get_topic_attributes(TopicArn=topic)
        except AwsRefused as refusal:
            if refusal.code in _GONE:
                name = topic.rpartition(":")[2]
                raise NoTopic(
                    f"There is no topic “{name}” in this account and Region. An administrator "
                    "makes it in the AWS console (SNS, Topics)."
                ) from refusal
            raise

    def send(self, topic: str, messages: Sequence[str]) -> None:
        """Publish, ten messages a call; what was published before a call failed stays."""
        for batch in batches(messages):
            entries = [{"Id": str(number), "Message": each} for number, each in enumerate(batch)]
            with renamed():
                answer = self._sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
            failed = answer.get("Failed", ())
            wrong = next((each for each in failed if each.get("SenderFault")), None)
            if wrong is not None:
                raise AwsRefused(
                    f"AWS says: {wrong.get('Message') or wrong['Code']}", wrong["Code"]
                )
            if failed:
                raise AwsBusy

    def feed(self, folder: S3Uri, topic: str, name: str) -> None:
        """Add our entry to the bucket's notification configuration."""
        try:
            before = self._read(folder.bucket)
            after = with_entry(before, name=name, topic=topic, prefix=folder.key)
            self._write(folder.bucket, before, after)
        except AwsRefused as refusal:
            raise CannotFeed(
                f"Bucket {folder.bucket} cannot tell the topic of new files in {folder}. "
                f"{refusal.words} The bot's role needs s3:GetBucketNotification and "
                "s3:PutBucketNotification on the bucket, the topic's policy must let "
                "s3.amazonaws.com publish to it, and no other entry may tell of the same files. Or "
                "leave the folder out."
            ) from refusal

    def feed_no_more(self, folder: S3Uri, name: str) -> None:
        """Take our entry out of the bucket's notification configuration."""
        before = self._read(folder.bucket)
        self._write(folder.bucket, before, without_entry(before, name))

    def _read(self, bucket: str) -> dict[str, object]:
        with renamed():
            return plain(self._s3.get_bucket_notification_configuration(Bucket=bucket))

    def _write(self, bucket: str, before: dict[str, object], after: dict[str, object]) -> None:
        """Write, if nobody has changed anything since it was read."""
        if same(before, after):
            return
        if not same(self._read(bucket), before):
            raise EventsChanged
        with renamed():
            self._s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration=after
            )


def batches(messages: Sequence[str]) -> Iterator[list[str]]:
    """The messages in their order, as many together as one call takes.

    Raises:
        TooLong: one is longer than a call takes by itself.

    """
    batch: list[str] = []
    size = 0
    for each in messages:
        more = len(each.encode())
        if more > BYTES_AT_ONCE:
            raise TooLong
        if len(batch) == AT_ONCE or size + more > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += more
    if batch:
        yield batch
