"""What Rekognition Custom Labels can say against a dataset, and the remedy for each (pure, data).

Promised to the import check here and to whoever shows AWS's own codes: one plain sentence and one
remedy per code. `level`: `silent` = the line vanishes at import without a word from AWS; `line` =
the line or box is not trained on and AWS lists the code; `warning` = allowed; `file` = the whole
import or training fails.
"""

import re
from typing import Literal, NamedTuple

from bot.manifests.wording import Kind

Level = Literal["silent", "line", "warning", "file"]


class Code(NamedTuple):
    """A code: how grave, said of one line (or the file), of several lines, and the remedy."""

    level: Level
    one: str
    many: str
    remedy: str


CODES: dict[str, Code] = {
    # Silent: AWS has no code for these; the names in lower case are ours.
    "line_too_long": Code(
        "silent",
        "is longer than 100,000 characters",
        "are longer than 100,000 characters",
        "Drop some boxes.",
    ),
    "source_ref_repeated": Code(
        "silent", "repeats a picture", "repeat a picture", "Keep one line per picture."
    ),
    "blank_line": Code("silent", "is blank", "are blank", "Remove blank lines."),
    "ERROR_INVALID_JSON_LINE": Code("silent", "is not JSON", "are not JSON", "Correct or drop."),
    "ERROR_MISSING_SOURCE_REF": Code(
        "silent", 'has no "source-ref"', 'have no "source-ref"', "Name the picture's S3 address."
    ),
    "ERROR_INVALID_SOURCE_REF_FORMAT": Code(
        "silent",
        "has a wrong picture address",
        "have wrong picture addresses",
        "Write it like s3://bucket/file.jpg.",
    ),
    # No document settles these; the names are ours, and AWS decides.
    "thin_box": Code(
        "warning",
        "has a box that is one pixel wide or high, or less: Rekognition may reject the box",
        "have boxes that are one pixel wide or high, or less: Rekognition may reject them",
        "Drop the box if it is a slip.",
    ),
    "unusual_date": Code(
        "warning",
        "has a creation-date of an unusual form: Rekognition may reject the label",
        "have a creation-date of an unusual form: Rekognition may reject the labels",
        "Write it like 2026-07-02T09:14:31, in UTC.",
    ),
    # Listed per line.
    "ERROR_NO_LABEL_ATTRIBUTES": Code(
        "line",
        "has a label without its metadata, or the other way round",
        "have a label without its metadata, or the other way round",
        "Give both the same name; the form of a new dataset can pair them.",
    ),
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": Code(
        "line",
        "has a label of the wrong form",
        "have labels of the wrong form",
        "Write image_size and annotations.",
    ),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": Code(
        "line",
        "has metadata of the wrong form",
        "have metadata of the wrong form",
        "Complete the metadata.",
    ),
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": Code(
        "line",
        "has no label that can be used",
        "have no label that can be used",
        "Correct the label, or drop it.",
    ),
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": Code(
        "line",
        "has a label of a kind that Rekognition does not take",
        "have labels of a kind that Rekognition does not take",
        "Only image classification and bounding boxes can be imported.",
    ),
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": Code(
        "line",
        "has fewer confidences than boxes",
        "have fewer confidences than boxes",
        "Give one entry of objects per box, in the same order.",
    ),
    "ERROR_MISSING_CLASS_MAP_ID": Code(
        "line",
        "has a box whose class is not named",
        "have boxes whose class is not named",
        "Name it in class-map.",
    ),
    "ERROR_INVALID_BOUNDING_BOX": Code(
        "line",
        "has a box outside its picture",
        "have boxes outside their pictures",
        "Clip or drop the box.",
    ),
    "ERROR_BOUNDING_BOX_TOO_SMALL": Code(
        "line", "has a box of one pixel or less", "have boxes of one pixel or less", "Drop the box."
    ),
    "ERROR_TOO_MANY_BOUNDING_BOXES": Code(
        "line",
        "has more than 50 boxes",
        "have more than 50 boxes",
        "Drop some, and their confidences with them.",
    ),
    "ERROR_NO_VALID_ANNOTATIONS": Code(
        "line",
        "has boxes, but none that can be used",
        "have boxes, but none that can be used",
        "Draw them again.",
    ),
    "ERROR_INVALID_IMAGE_DIMENSION": Code(
        "line",
        "has a picture smaller than 64 or larger than 4,096 pixels",
        "have pictures smaller than 64 or larger than 4,096 pixels",
        "Resize the picture and its boxes.",
    ),
    "ERROR_INVALID_LABEL_NAME_LENGTH": Code(
        "line",
        "has a label name that is empty or too long",
        "have label names that are empty or too long",
        "Shorten.",
    ),
    "ERROR_INVALID_IMAGE": Code(
        "line",
        "has a picture that Rekognition cannot read",
        "have pictures that Rekognition cannot read",
        "It takes PNG and JPEG up to 15 MB, at most 20 times as wide as high or as high as wide.",
    ),
    "WARNING_UNANNOTATED_RECORD": Code(
        "warning", "has no label", "have no label", "Imported, but not trained on: label or drop."
    ),
    "WARNING_NO_ANNOTATIONS": Code(
        "warning", "has no box", "have no box", "Imported, but not trained on: that may be right."
    ),
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": Code(
        "warning",
        "has a label without content",
        "have labels without content",
        "Imported, but not trained on.",
    ),
    # The whole file.
    "ERROR_EMPTY_MANIFEST": Code("file", "The manifest has no lines.", "", "Add labeled pictures."),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": Code(
        "file",
        "More than 20 % of the lines are wrong{}.",
        "",
        "Correct or drop them, then import again.",
    ),
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": Code(
        "file",
        "More than 20 % of the lines are wrong{}.",
        "",
        "Correct or drop them, then train again.",
    ),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": Code(
        "file", "The manifest is larger than 1 GB.", "", "Take fewer lines."
    ),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": Code(
        "file", "The manifest has too many lines{}.", "", "Split it into several datasets."
    ),
    "ERROR_MANIFEST_TOO_MANY_LABELS": Code(
        "file", "There are more than 250 labels{}.", "", "Merge or drop labels."
    ),
    "ERROR_MANIFEST_TOO_FEW_LABELS": Code(
        "file", "There are too few labels{}.", "", "Classification needs two, boxes need one."
    ),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": Code(
        "file",
        "Too few labels are left once unusable ones are dropped{}.",
        "",
        "Use one kind of label throughout.",
    ),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": Code(
        "file", "The pictures lie in several buckets{}.", "", "Copy them into one bucket."
    ),
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": Code(
        "file",
        "AWS could not read the manifest.",
        "",
        "Its name needs an extension such as .manifest; check the key.",
    ),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": Code(
        "file",
        "AWS may not read the manifest's bucket.",
        "",
        "Allow s3:GetObject on it to whoever imports.",
    ),
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": Code(
        "file",
        "AWS may not read the pictures' bucket.",
        "",
        "Allow s3:GetObject on it to whoever imports.",
    ),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": Code(
        "file",
        "The pictures' bucket belongs to another account than the manifest's.",
        "",
        "Copy one of the two into a bucket of the other's account.",
    ),
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": Code(
        "file",
        "AWS may not write to the output bucket.",
        "",
        "Allow s3:PutObject on it, or choose another.",
    ),
    "ERROR_FAILED_IMAGES_S3_COPY": Code(
        "file",
        "AWS could not copy the pictures.",
        "",
        "Check the right to read them and to decrypt with their key.",
    ),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": Code(
        "file", "Some labels have too few pictures to split.", "", "Add pictures for them."
    ),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": Code(
        "file", "Some labels have too few pictures to split.", "", "Add pictures for them."
    ),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": Code(
        "file",
        "Fewer than half of the training labels occur in the test set.",
        "",
        "Add pictures of them to it.",
    ),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": Code(
        "file",
        "Fewer than half of the usable training labels occur in the test set.",
        "",
        "Use one kind of label throughout, and add pictures.",
    ),
}
UNSETTLED = {"thin_box", "unusual_date"}
"""What AWS itself says of a line once it has read it, in place of our doubt."""
AT_TRAINING = {"ERROR_INVALID_IMAGE"}
"""Codes of lines that AWS lists at a training, and not at the import."""
BUCKET_CODES = {
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET",
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET",
    "ERROR_FAILED_IMAGES_S3_COPY",
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET",
}
"""Codes by which AWS says that it may not read a bucket, or not write to it."""
KINDS = {name: Kind(code.one, code.many, code.remedy) for name, code in CODES.items()}


_MESSAGES = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": "file extension or contents are invalid",
    "ERROR_EMPTY_MANIFEST": "manifest file is empty",
    "ERROR_MANIFEST_SIZE_TOO_LARGE": "manifest file size exceeds",
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": "manifest file has too many rows",
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": "unable to write to output s3 bucket",
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": "the s3 bucket permissions are incorrect",
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": "permissions for the images s3 bucket are",
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": "invalid owner id for images s3 bucket",
    "ERROR_FAILED_IMAGES_S3_COPY": "failed to copy images from s3 bucket",
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": "contains too many invalid rows",
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": "has too many terminal errors",
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": "images from multiple s3 buckets",
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": "images per label to perform auto-split",
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": "images to distribute the dataset",
    "ERROR_MANIFEST_TOO_FEW_LABELS": "manifest file has too few labels",
    "ERROR_MANIFEST_TOO_MANY_LABELS": "manifest file has too many labels",
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": "manifest file has too few usable labels",
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": "% label overlap between",
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": "% usable label overlap between",
}
"""A part of the message by which AWS tells of a code, in small letters: faults of a whole file
arrive at a training as words alone (Custom Labels guide, "Debugging a failed model training").
"""
_CODE = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)+")


def named_in(message: str) -> list[str]:
    """The codes that a message of AWS names (a StatusMessage, a line's `cl-errors`), in the order
    they stand there; where it names none, those that its words stand for.
    """
    found = [code for code in dict.fromkeys(_CODE.findall(message)) if code in CODES]
    said = message.lower()
    return found or [code for code, words in _MESSAGES.items() if words in said]


def remedy(code: str) -> str:
    """What a code means and what to do, in words; an unknown code is named as it is."""
    known = CODES.get(code)
    if known is None:
        return f"AWS says {code}."
    said = known.one.format("") if known.level == "file" else f"The line {known.one}."
    return f"{said} {known.remedy}"
