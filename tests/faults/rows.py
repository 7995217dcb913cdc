"""The rows of the failure book that `make faults` runs, in order of their numbers."""

from tests.faults import (
    ack_latency,
    clock_jumps,
    dataset_updates,
    double_clicks,
    freezes,
    full_disk,
    hanging_aws,
    hostile,
    kept_file,
    locked,
    lost_creates,
    lost_replies,
    models_end,
    obeyed,
    poison,
    redelivery,
    restarts,
    shutdown,
    skew,
    sockets,
    storm,
    throttled,
    upgrade,
)
from tests.faults.book import Row

ROWS: tuple[Row, ...] = tuple(
    sorted(
        (
            ack_latency.ROW,
            clock_jumps.ROW,
            dataset_updates.ROW,
            double_clicks.ROW,
            freezes.ROW,
            hanging_aws.ROW,
            hostile.ROW,
            full_disk.ROW,
            kept_file.ROW,
            locked.ROW,
            lost_creates.ROW,
            lost_replies.ROW,
            models_end.ROW,
            obeyed.ROW,
            poison.ROW,
            redelivery.ROW,
            restarts.ROW,
            shutdown.ROW,
            skew.ROW,
            sockets.ROW,
            storm.ROW,
            throttled.ROW,
            upgrade.ROW,
        ),
        key=lambda row: row.number,
    )
)
