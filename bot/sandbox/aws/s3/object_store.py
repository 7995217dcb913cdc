"""The bytes and the names of objects: what S3's HTTP side and the people who label both read and
write.

Promises: an object is there whole or not at all, also after kill -9. Bytes go to a file of a name
never used before, then the row that names the file is committed, then the old file goes. File names
are digests, so no key reaches the file system. Keys are listed in S3's order (bytes of UTF-8).
"""

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.store import Store

__all__ = ["ObjectStore", "StoredObject"]


@dataclass(frozen=True)
class StoredObject:
    """An object's row: `etag` without quotes, `headers` in lower case (content-type, x-amz-meta-*,
    ...).
    """

    bucket: str
    key: str
    blob: str
    size: int
    etag: str
    modified: float
    headers: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class ObjectStore:
    """Objects by bucket and key below `folder`; rows in `store`, `clock` gives epoch seconds."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], float]) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    # -- what the people who label use
    # ------------------------------------------------------------------------------

    def read(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes; None when bucket or key does not exist."""
        found = self.head(bucket, key)
        return None if found is None else self.content(found)

    def write(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Store an object whole; raises KeyError when the bucket does not exist."""
        if not self.bucket_exists(bucket):
            raise KeyError(f"NoSuchBucket: {bucket}")
        self.put(bucket, key, body, headers={"content-type": content_type})

    # -- buckets
    # ----------------------------------------------------------------------------------------------

    def bucket_exists(self, bucket: str) -> bool:
        """Whether there is such a bucket in this account."""
        with self._store.read() as rows:
            return (
                rows.execute("SELECT 1 FROM bucket WHERE name = ?", (bucket,)).fetchone()
                is not None
            )

    def create_bucket(self, bucket: str) -> bool:
        """Make a bucket; False when it was there."""
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO bucket (name, created) VALUES (?, ?)",
                (bucket, self._clock()),
            )
            return made.rowcount == 1

    def buckets(self) -> list[tuple[str, float]]:
        """Names and times of making, by name."""
        with self._store.read() as rows:
            found = rows.execute("SELECT name, created FROM bucket ORDER BY name").fetchall()
        return [(row["name"], row["created"]) for row in found]

    # -- objects
    # ----------------------------------------------------------------------------------------------

    def head(self, bucket: str, key: str) -> StoredObject | None:
        """The object's row."""
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT * FROM object WHERE bucket = ? AND key = ?", (bucket, key)
            ).fetchone()
        return None if row is None else _object(row)

    def get(self, bucket: str, key: str) -> tuple[StoredObject, bytes] | None:
        """The object's row and bytes, of one and the same version."""
        while True:
            found = self.head(bucket, key)
            if found is None:
                return None
            try:
                return found, self._path(found.blob).read_bytes()
            except FileNotFoundError:
                # Overwritten between the two reads: the row names a newer file by now.
                if self.head(bucket, key) == found:
                    raise

    def content(self, found: StoredObject) -> bytes:
        """The bytes of an object whose row is known; of its newer version when it was overwritten
        meanwhile.
        """
        again = self.get(found.bucket, found.key)
        return b"" if again is None else again[1]

    def put(  # noqa: PLR0913 - an object has that many parts
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        checksums: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        etag: str = "",
    ) -> StoredObject:
        """Store an object whole, over whatever had the key."""
        made = StoredObject(
            bucket=bucket,
            key=key,
            blob=self.new_blob(f"{bucket}/{key}", body),
            size=len(body),
            etag=etag or hashlib.md5(body, usedforsecurity=False).hexdigest(),
            modified=self._clock(),
            headers=dict(headers or {}),
            checksums=dict(checksums or {}),
            tags=dict(tags or {}),
        )
        with self._store.write() as rows:
            old = rows.execute(
                "SELECT blob FROM object WHERE bucket = ? AND key = ?", (bucket, key)
            ).fetchone()
            rows.execute(
                "INSERT OR REPLACE INTO object (bucket, key, blob, size, etag, modified, headers, "
                "checksums, tags)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(bucket, key, made.blob, made.size, made.etag, made.modified),
                    *(json.dumps(made.headers), json.dumps(made.checksums), json.dumps(made.tags)),
                ),
            )
        self.drop_blobs([old["blob"]] if old else [])
        return made

    def set_tags(self, bucket: str, key: str, tags: Mapping[str, str]) -> None:
        """Replace an object's tags."""
        with self._store.write() as rows:
            rows.execute(
                "UPDATE object SET tags = ? WHERE bucket = ? AND key = ?",
                (json.dumps(dict(tags)), bucket, key),
            )

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with self._store.write() as rows:
            gone = rows.execute(
                "DELETE FROM object WHERE bucket = ? AND key = ? RETURNING blob", (bucket, key)
            ).fetchall()
        self.drop_blobs([row["blob"] for row in gone])

    def list(
        self, bucket: str, prefix: str = "", after: str = "", limit: int = 1000
    ) -> "list[StoredObject]":
        """Up to `limit` rows whose key begins with `prefix` and comes after `after`, in order."""
        end = prefix_end(prefix)
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT * FROM object WHERE bucket = ? AND key >= ? AND key > ? AND (? IS NULL OR "
                "key < ?)"
                " ORDER BY key LIMIT ?",
                (bucket, prefix, after, end, end, limit),
            ).fetchall()
        return [_object(row) for row in found]

    # -- files
    # ----------------------------------------------------------------------------------------------

    def new_blob(self, name: str, body: bytes) -> str:
        """Write bytes into a file never used before and give its name; no row names it yet."""
        digest = hashlib.sha256(name.encode()).hexdigest()
        blob = f"{digest[:2]}/{digest}-{secrets.token_hex(8)}"
        path = self._path(blob)
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(f"{path.name}.part")
        temporary.write_bytes(body)
        temporary.replace(path)
        return blob

    def blob_content(self, blob: str) -> bytes:
        """The bytes of a file."""
        return self._path(blob).read_bytes()

    def drop_blobs(self, blobs: Sequence[str]) -> None:
        """Remove files once what is being written is committed; a file that is gone already is
        fine.
        """

        def drop() -> None:
            for blob in blobs:
                self._path(blob).unlink(missing_ok=True)

        if blobs:
            self._store.after_commit(drop)

    def _path(self, blob: str) -> Path:
        return self._folder / blob

    def _sweep(self) -> None:
        """Remove files that no row names: what a killed process left behind."""
        with self._store.read() as rows:
            named = {
                row[0]
                for row in rows.execute(
                    "SELECT blob FROM object UNION SELECT blob FROM upload_part"
                )
            }
        for name in _files(self._folder):
            if name not in named:
                (self._folder / name).unlink(missing_ok=True)


def prefix_end(prefix: str) -> str | None:
    """The smallest text that is above every text beginning with `prefix`; None for the empty
    prefix.
    """
    return f"{prefix}\U0010ffff" if prefix else None


def _files(folder: Path) -> Iterator[str]:
    for parent in os.scandir(folder):
        if parent.is_dir():
            yield from (f"{parent.name}/{each.name}" for each in os.scandir(parent.path))


def _object(row: sqlite3.Row) -> StoredObject:
    return StoredObject(
        bucket=row["bucket"],
        key=row["key"],
        blob=row["blob"],
        size=row["size"],
        etag=row["etag"],
        modified=row["modified"],
        headers=json.loads(row["headers"]),
        checksums=json.loads(row["checksums"]),
        tags=json.loads(row["tags"]),
    )
