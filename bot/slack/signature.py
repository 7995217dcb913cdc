"""Slack's signature over the bytes of a body as they came, before anything is made of them.

Promises to whoever reads requests: what the headers alone give away is told without a body; the
comparison takes the same time whatever is wrong; nothing that a stranger writes raises.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

_AGE = 300  # seconds that a request may be old, as Slack recommends
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class SlackSignature(SignatureVerifier):
    """Slack's own verifier; it signs bytes instead of text, so that a body that is no text has a
    signature too.
    """

    def plausible(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers (names in lower case) could be those of a signed request: all but the
        body's part.
        """
        stamp, signature = (
            headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature")
        )
        if not _STAMP.fullmatch(stamp) or not _SIGNATURE.fullmatch(signature):
            return False
        return abs(self.clock.now() - int(stamp)) <= _AGE

    def genuine(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack signed these bytes, at most five minutes ago; header names in lower
        case.
        """
        return self.plausible(headers) and self.is_valid_request(raw, headers)

    def generate_signature(self, *, timestamp: str, body: str | bytes) -> str:
        """What Slack writes into its header for this body."""
        raw = body.encode() if isinstance(body, str) else body
        signed = hmac.new(
            self.signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + raw, hashlib.sha256
        )
        return f"v0={signed.hexdigest()}"
