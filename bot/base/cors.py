"""Which CORS rules of a bucket let workers' browsers fetch pictures (pure).

Source: Ground Truth's guide, "CORS permission requirement": GET from every origin, exposing the
header Access-Control-Allow-Origin. Rules are S3's CORSRule structures.
"""

from collections.abc import Iterable, Mapping
from typing import Any

RULE: dict[str, Any] = {
    "AllowedHeaders": [],
    "AllowedMethods": ["GET"],
    "AllowedOrigins": ["*"],
    "ExposeHeaders": ["Access-Control-Allow-Origin"],
}
"""What the console of Ground Truth adds."""


def lets_browsers_read(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the rules allows GET from every origin, or from the workers' portals."""
    return any(
        "GET" in rule.get("AllowedMethods", ())
        and any(_portal(str(origin)) for origin in rule.get("AllowedOrigins", ()))
        for rule in rules
    )


def _portal(origin: str) -> bool:
    """Whether an origin pattern covers a worker portal (https://….labeling.REGION.sagemaker.aws)."""
    return origin in {"*", "https://*"} or origin.endswith(".sagemaker.aws")
