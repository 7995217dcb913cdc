"""The window on a running model: it is shown a picture, and says what it finds
(DetectCustomLabels).

Nothing is kept at AWS, so that the same picture may be shown again. What AWS refuses is renamed to
what a person can do about it.
"""

from bot.base.aws import Aws, AwsBusy, AwsRefused, renamed
from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.models.detections import Detection, detections

BYTES_MOST = 4 * 1024 * 1024  # Custom Labels: an image that is sent as bytes
OBJECT_MOST = 15 * 1024 * 1024  # Custom Labels: an image in S3


class NotRunning(Refusal):
    """This model does not run, and only a running model looks at pictures. [Run…] on its card
    starts it.
    """


class NoSuchPicture(Refusal):
    """Rekognition cannot read this picture. It lies in S3 in the Region of the bot, and the bot
    needs s3:GetObject on it.
    """


class OddPicture(Refusal):
    """Rekognition takes PNG and JPEG files alone, from 64 by 64 to 4,096 by 4,096 pixels."""


class LargePicture(Refusal):
    """This picture is too large: Rekognition takes 15 MB from S3, 4 MB of a file, and 4,096 by
    4,096 pixels.
    """


_MEANT: dict[str, type[Refusal]] = {
    "ResourceNotReadyException": NotRunning,
    "ResourceNotFoundException": NotRunning,
    "InvalidS3ObjectException": NoSuchPicture,
    "InvalidImageFormatException": OddPicture,
    "ImageTooLargeException": LargePicture,
}


class Detector:
    """The models of one account and Region, at work."""

    def __init__(self, aws: Aws) -> None:
        self._act = aws.act("rekognition")

    def found(self, arn: str, picture: bytes | S3Uri, least: int | None) -> tuple[Detection, ...]:
        """What the model finds, from a confidence of `least` percent on; None for the threshold
        that AWS found for each label.

        Raises:
            NotRunning, NoSuchPicture, OddPicture, LargePicture, AwsRefused: it was not looked at.
            AwsBusy: unknown; ask again.

        """
        if isinstance(picture, S3Uri):
            image: dict[str, object] = {"S3Object": {"Bucket": picture.bucket, "Name": picture.key}}
        else:
            image = {"Bytes": picture}
        sure = {} if least is None else {"MinConfidence": float(least)}
        try:
            with renamed():
                answer = self._act.detect_custom_labels(ProjectVersionArn=arn, Image=image, **sure)
                return detections(answer)
        except AwsRefused as error:
            if error.code == "LimitExceededException":  # more pictures at once than it can do
                raise AwsBusy from error
            if meant := _MEANT.get(error.code):
                raise meant from error
            raise
