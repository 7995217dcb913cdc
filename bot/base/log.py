"""Logging: one line a fact, and no secret on any path.

Promises to the administrator: tokens, AWS keys, signatures, response addresses and trigger ids never reach a log
line, whichever library wrote it, tracebacks included.
"""

import logging
import re
import sys

_SECRETS = re.compile(
    r"xox[abeprs]-[\w-]+"
    r"|xapp-[\w-]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<=X-Amz-Signature=)[0-9a-f]+"
    r"|(?<=X-Amz-Credential=)[^&\s\"']+"
    r"|(?<=X-Amz-Security-Token=)[^&\s\"']+"
    r"|(?<=Signature=)[0-9a-f]{32,}"
    r"|(?<=/response/)[\w/-]+"
    r"|https://hooks\.slack\.com/\S+"
    r"|(?<=ticket=)[\w-]+"
    r"|(?<=\"trigger_id\": \")[^\"]+|(?<='trigger_id': ')[^']+"
)


def redact(text: str) -> str:
    """The text with every secret replaced by a mark."""
    return _SECRETS.sub("[secret]", text)


class Redacting(logging.Formatter):
    """Formats a record, traceback and all, and then takes the secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without secrets."""
        return redact(super().format(record))


def start(level: str = "INFO") -> None:
    """Send every logger's lines to standard error through the redaction, once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A round that still runs when its time comes again is no news, nor that Bolt has seen the token in the environment.
    for quiet in ("apscheduler", "bot.bolt"):
        logging.getLogger(quiet).setLevel(logging.ERROR)
    for noisy in ("alembic", "botocore", "slack_bolt", "slack_sdk", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
