"""Formats of labels (pure): other tools' files, written from lines and read into lines.

To add one, write its file and put it on the list.
"""

from bot.manifests.formats.augmented import AUGMENTED
from bot.manifests.formats.coco import COCO
from bot.manifests.formats.custom_labels import CUSTOM_LABELS
from bot.manifests.formats.format import by_name
from bot.manifests.formats.label_studio import LABEL_STUDIO
from bot.manifests.formats.table import CSV
from bot.manifests.formats.voc import VOC
from bot.manifests.formats.yolo import YOLO

FORMATS = by_name((COCO, YOLO, VOC, CSV, CUSTOM_LABELS, AUGMENTED, LABEL_STUDIO))
