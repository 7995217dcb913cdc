"""The vendors' work teams that the account subscribed to in the Marketplace.

Subscribing has no operation of AWS's: it is done in the Marketplace's pages, here by `subscribe`.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from bot.sandbox.aws.sagemaker.work_teams import cut
from bot.sandbox.aws.wire.errors import invalid
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["Vendors"]

PEOPLE = 5
"""People of a vendor; they are simulated."""


class Vendors:
    """The operations on vendors' work teams."""

    def __init__(self, store: Store, *, region: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._region = region
        self._clock = clock

    def subscribe(self, account: str, title: str, seller: str, description: str = "") -> str:
        """The ARN of the work team of a vendor, whose AWS account it is in; a second subscription
        changes nothing.
        """
        name = "-".join(title.lower().split())
        arn = f"arn:aws:sagemaker:{self._region}:{account}:workteam/vendor-crowd/{name}"
        people = [
            {"sub": f"{name}-{number}", "name": f"{seller} {number}"}
            for number in range(1, PEOPLE + 1)
        ]
        now = self._clock()
        with self._store.write() as rows:
            rows.execute(
                "INSERT OR IGNORE INTO vendor (arn, title, seller, description, listing)"
                " VALUES (?, ?, ?, ?, ?)",
                (arn, title, seller, description, f"prod-{name}"),
            )
            rows.execute(
                "INSERT OR IGNORE INTO workteam (name, arn, description, members, created, updated)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (f"vendor-crowd/{name}", arn, description, json.dumps(people), now, now),
            )
        return arn

    @operation
    def list_subscribed_workteams(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListSubscribedWorkteams, by title."""
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT * FROM vendor WHERE instr(lower(title), ?) > 0 ORDER BY title, arn",
                (asked.get("NameContains", "").lower(),),
            ).fetchall()
        page, token = cut(asked, found)
        return {"SubscribedWorkteams": [_described(row) for row in page], "NextToken": token}

    @operation
    def describe_subscribed_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeSubscribedWorkteam."""
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT * FROM vendor WHERE arn = ?", (asked["WorkteamArn"],)
            ).fetchone()
        if row is None:
            raise invalid(f"The workteam {asked['WorkteamArn']} does not exist.")
        return {"SubscribedWorkteam": _described(row)}


def _described(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "WorkteamArn": row["arn"],
        "MarketplaceTitle": row["title"],
        "SellerName": row["seller"],
        "MarketplaceDescription": row["description"] or None,
        "ListingId": row["listing"],
    }
