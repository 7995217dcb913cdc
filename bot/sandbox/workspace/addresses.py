"""Where the stand-ins of one practice workspace answer, and the secrets that open them.

Promises to whoever starts them: the ports listen from the first moment on, so a client that comes
before the stand-in waits in line instead of being refused, and `environment()` is everything that
any AWS or Slack client needs. It imports next to nothing: the bot can be started with these
settings while the stand-ins are still being read.
"""

import json
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.ports import first_free
from bot.sandbox.workspace import seed

REGION = "us-east-1"
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/LabelingRole"


@dataclass(frozen=True)
class Keys:
    """The practice workspace's own secrets: made by chance once, kept in its folder, worth nothing
    elsewhere.
    """

    bot_token: str
    app_token: str
    signing_secret: str
    access_key: str
    secret_key: str

    @classmethod
    def of(cls, folder: Path) -> "Keys":
        """The secrets of the folder, made at the first start."""
        file = folder / "keys.json"
        if not file.exists():
            made = cls(
                bot_token=f"xoxb-practice-{secrets.token_hex(12)}",
                app_token=f"xapp-practice-{secrets.token_hex(12)}",
                signing_secret=secrets.token_hex(16),
                access_key=f"AKIAPRACTICE{secrets.token_hex(4).upper()}",
                secret_key=secrets.token_hex(20),
            )
            file.write_text(json.dumps(made.__dict__))
            file.chmod(0o600)
        return cls(**json.loads(file.read_text()))


class Addresses:
    """The ports of the page (and Slack's API), of AWS and of the workers' pages, open already, and
    the keys.

    `first_port` 0 takes free ports; else the page gets that port, or the next free one, and the
    others those after it.
    """

    def __init__(self, folder: Path, first_port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.keys = Keys.of(folder)
        self.slack = first_free(first_port)
        self.aws = first_free(first_port and _port(self.slack) + 1)
        self.work = first_free(first_port and _port(self.aws) + 1)
        self.slack_url, self.aws_url, self.portal_url = (
            _url(each) for each in (self.slack, self.aws, self.work)
        )

    def environment(self) -> dict[str, str]:
        """What points an AWS or Slack client, and the bot, at these stand-ins."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret_key,
            "SLACK_BOT_TOKEN": self.keys.bot_token,
            "SLACK_APP_TOKEN": self.keys.app_token,
            "SLACK_SIGNING_SECRET": self.keys.signing_secret,
            "LABELJOB_SLACK_API_URL": f"{self.slack_url}/api/",
            "LABELJOB_EXECUTION_ROLE_ARN": ROLE,
            "LABELJOB_BUCKETS": ",".join(seed.BUCKETS),
            "LABELJOB_CROWD_ELEMENTS": f"{self.portal_url}/crowd/crowd.js",
            "LABELJOB_MANAGERS": "U0SAM",
        }


def _port(of: socket.socket) -> int:
    return int(of.getsockname()[1])


def _url(of: socket.socket) -> str:
    return f"http://127.0.0.1:{_port(of)}"
