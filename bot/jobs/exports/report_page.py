"""The report of a job as one HTML page (pure), and Croissant metadata that machines read.

Promises to whoever attaches it to a dataset: the page needs nothing beside it, runs no script, and
loads nothing; whatever people typed stands in it as text; the metadata say what a line holds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

_FORMAT = "http://mlcommons.org/croissant/1.0"
_TEXT = "sc:Text"
# Croissant 1.0: the names that its metadata use, as its specification lists them
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "jsonPath": "cr:jsonPath",
    "recordSet": "cr:recordSet",
    "source": "cr:source",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the page says. `short_html` and `full_html` are clean; everything else is text. `marks`
    is what is marked in the objects, "" for nothing; `sheet` is a picture as a data address,
    `metadata` what `croissant` gives.
    """

    title: str
    summary: str
    counts: str
    nouns: str
    marks: str
    labels: tuple[tuple[str, str, str], ...]
    agreement: tuple[str, ...]
    ledger: str
    settings: tuple[tuple[str, str], ...]
    short_html: str
    full_html: str
    places: tuple[tuple[str, str], ...]
    sheet: str = ""
    sheet_alt: str = ""
    no_sheet: str = ""
    metadata: str = ""


def page(report: Report) -> bytes:
    """The page, in UTF-8."""
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("templates", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = {name: getattr(report, name) for name in Report.__slots__}
    for name in ("short_html", "full_html"):
        shown[name] = Markup(shown[name])  # noqa: S704 - made of rich text, by an allow-list
    shown["metadata"] = _in_script(report.metadata)
    return environment.get_template("report.html.j2").render(report=shown).encode()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest of labels: where it lies, what its bytes hash to, the key of its objects and that
    of their labels.
    """

    address: str
    sha256: str
    source: str
    attribute: str


def croissant(title: str, description: str, manifest: Manifest, date: str) -> str:
    """Metadata of the dataset in Croissant 1.0, as JSON: one file of JSON lines, and what each
    holds. `date` is that of its end, as ISO 8601.
    """
    keys = (
        (manifest.source, "The object: its address in S3, or its text", _TEXT),
        (manifest.attribute, "Its label, in the form of Ground Truth's augmented manifests", _TEXT),
        (f"{manifest.attribute}-metadata", "Classes, confidence, job and date of the label", _TEXT),
    )
    found = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _FORMAT,
        "name": title,
        "description": description,
        "datePublished": date,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "manifest",
                "name": "manifest",
                "description": "A JSON object a line: an object and what was said of it",
                "contentUrl": manifest.address,
                "encodingFormat": "application/jsonlines",
                "sha256": manifest.sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "objects",
                "name": "objects",
                "field": [_field(*key) for key in keys],
            }
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _field(key: str, description: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"objects/{key}",
        "name": f"objects/{key}",
        "description": description,
        "dataType": kind,
        "source": {"fileObject": {"@id": "manifest"}, "extract": {"jsonPath": f"$['{key}']"}},
    }


def _in_script(metadata: str) -> Markup:
    """JSON that nothing in it can end the element of."""
    safe = metadata.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - no sign of HTML is left in it
