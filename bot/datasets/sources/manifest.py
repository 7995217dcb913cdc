"""A manifest that is there (pure): Ground Truth's output, or one written by hand."""

import msgspec

from bot.base.blocks import option, radio
from bot.base.forms import VALUE, Field
from bot.datasets import source as rules
from bot.datasets.source import LEAVE_OUT, MANIFEST, Source
from bot.datasets.sources.origin import Origin, kept_address, said, typed_text

_PAIR, _APART = "pair", "apart"
_PAIRING = (
    option("Leave them out", _APART),
    option("Pair them", _PAIR, "Where a picture has one label and one metadata that fit"),
)
_KEEP, _DROP = "keep", "drop"
_FAULTY = (
    option("Send them", _KEEP, "Rekognition lists them; above 20 % nothing is sent"),
    option(LEAVE_OUT, _DROP, "The manifest that is sent lies beside yours, which stays"),
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
FAULTY: Field[Source] = Field(
    name="faulty",
    words="Lines with errors",
    hint=said("Blank lines, repeats and lines that are no JSON are left out anyhow."),
    element=lambda source: radio(VALUE, _FAULTY, _DROP if source.faultless else _KEEP),
    read=lambda answer, source: msgspec.structs.replace(source, faultless=answer.text == _DROP),
    optional=True,
)

ORIGIN = Origin(
    name=MANIFEST,
    words="A manifest in S3",
    about="Ground Truth's output.manifest, or one in its form",
    fields=(ADDRESS, PAIRING, FAULTY),
)
