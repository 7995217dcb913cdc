"""A manifest that is there (pure): Ground Truth's output, or one written by hand."""

import msgspec

from bot.base.blocks import option, radio
from bot.base.forms import VALUE, Field
from bot.datasets import source as rules
from bot.datasets.source import MANIFEST, Source
from bot.datasets.sources.origin import Origin, kept_address, said, typed_text

_PAIR, _APART = "pair", "apart"
_PAIRING = (
    option("Leave them out", _APART),
    option("Pair them", _PAIR, "Where a picture has one label and one metadata that fit"),
)

ADDRESS: Field[Source] = Field(
    name="manifest_uri",
    words="Manifest",
    hint=said(
        "A Ground Truth output manifest with classes or boxes, or one of Lookout for Vision. "
        "Several labels on a picture are converted."
    ),
    element=typed_text(
        "manifest_uri", "s3://bucket/results/ripe-july/manifests/output/output.manifest"
    ),
    read=kept_address("manifest_uri"),
    fault=lambda source, allowed: rules.manifest_fault(source.manifest_uri, allowed),
)
PAIRING: Field[Source] = Field(
    name="pair",
    words="Labels whose metadata has another name",
    hint=said("Rekognition takes ripe with ripe-metadata only."),
    element=lambda source: radio(VALUE, _PAIRING, _PAIR if source.pair else _APART),
    read=lambda answer, source: msgspec.structs.replace(source, pair=answer.text == _PAIR),
    optional=True,
)

ORIGIN = Origin(
    name=MANIFEST,
    words="A manifest in S3",
    about="Ground Truth's output.manifest, or one in its form",
    fields=(ADDRESS, PAIRING),
)
