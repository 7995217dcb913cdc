"""The buckets for people: a read-only page of folders and objects, pictures and text, at `/_s3/`.

Promises nothing to programs. It needs no signature, so it answers GET alone, sits behind the
loopback check, and serves objects in a way that no script inside them can run.
"""

import html
from urllib.parse import quote, unquote

from bot.sandbox.aws.s3.object_store import ObjectStore, StoredObject, prefix_end
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.xml import Reply, iso

__all__ = ["answer"]

PAGE = "/_s3"
MOST_SHOWN = 500
LONGEST_TEXT = 200_000
KILO = 1024
HTTP_OK, HTTP_NOT_FOUND, HTTP_NOT_ALLOWED = 200, 404, 405
_PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox"
_STYLE = """
:root{color-scheme:light dark;--line:#8883;--dim:#777;--link:#0b62c4}
@media(prefers-color-scheme:dark){:root{--line:#8886;--dim:#9a9a9a;--link:#7db4f5}}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.25rem;overflow-wrap:anywhere}a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;
border-bottom:1px solid var(--line);text-align:left}
td:first-child{overflow-wrap:anywhere}.n{text-align:right;white-space:nowrap}.dim,th{color:var(--dim);font-weight:400}
img.small{height:2.5rem;max-width:5rem;object-fit:cover;vertical-align:middle;margin-right:.6rem;border-radius:3px}
img.large{max-width:100%;border-radius:6px}pre{white-space:pre-wrap;overflow-wrap:anywhere;
border:1px solid var(--line);
padding:1rem;border-radius:6px}
"""


def answer(objects: ObjectStore, request: AwsRequest) -> Reply:
    """The page for `/_s3/`, `/_s3/<bucket>/<folder>/` and `/_s3/<bucket>/<key>`; `?raw` gives the
    object itself.
    """
    if request.method not in {"GET", "HEAD"}:
        return _page(
            "Not here",
            "<p>This page only shows. Use an S3 client to change something.</p>",
            HTTP_NOT_ALLOWED,
        )
    rest = request.raw_path.removeprefix(PAGE).removeprefix("/")
    bucket, _, key = (unquote(part) for part in rest.partition("/"))
    if not bucket:
        return _all_buckets(objects)
    if not objects.bucket_exists(bucket):
        return _page(
            "No such bucket", f"<p>There is no bucket {html.escape(bucket)}.</p>", HTTP_NOT_FOUND
        )
    found = objects.get(bucket, key) if key else None
    if found is None:
        return _folder(objects, bucket, key, request.query.get("after", ""))
    return _raw(*found) if "raw" in request.query else _object(*found)


def _all_buckets(objects: ObjectStore) -> Reply:
    rows = "".join(
        (
            "<tr><td><a "
            f'href="{PAGE}/{quote(name)}/">{html.escape(name)}</a><td '
            f'class="dim">{iso(created)[:10]}'
        )
        for name, created in objects.buckets()
    )
    return _page(
        "Buckets",
        f"<table><tr><th>bucket<th>since{rows}</table>" if rows else "<p>There are none yet.</p>",
    )


def _folder(objects: ObjectStore, bucket: str, prefix: str, after: str) -> Reply:
    folders, found, cursor = _entries(objects, bucket, prefix, after)
    rows = [
        (
            "<tr><td><a "
            f'href="{_link(bucket, folder)}">{html.escape(folder[len(prefix) :])}</a><td><td>'
        )
        for folder in folders
    ]
    rows += [_row(each, prefix) for each in found]
    if not rows:
        return _page(
            f"{bucket}/{prefix}",
            _crumbs(bucket, prefix) + "<p>There is nothing here.</p>",
            HTTP_NOT_FOUND,
        )
    more = (
        f'<p><a href="?after={quote(cursor, safe="")}">Show the next {MOST_SHOWN}</a></p>'
        if cursor
        else ""
    )
    table = (
        '<table><tr><th>name<th class="n">size<th class="n">changed '
        f"(UTC){''.join(rows)}</table>{more}"
    )
    return _page(f"{bucket}/{prefix}", _crumbs(bucket, prefix) + table)


def _entries(
    objects: ObjectStore, bucket: str, prefix: str, after: str
) -> tuple[list[str], list[StoredObject], str]:
    """Folders and objects directly below the prefix, and where the rest begins ("" when that is
    all).
    """
    folders: list[str] = []
    found: list[StoredObject] = []
    cursor = after
    while len(folders) + len(found) < MOST_SHOWN:
        rows = objects.list(bucket, prefix, cursor, 100)
        if not rows:
            return folders, found, ""
        for row in rows:
            end = row.key.find("/", len(prefix))
            if end >= 0 and row.key != prefix:
                folders.append(row.key[: end + 1])
                cursor = prefix_end(folders[-1]) or ""
                break
            found.append(row)
            cursor = row.key
    return folders, found, cursor


def _row(each: StoredObject, prefix: str) -> str:
    name, link = html.escape(each.key[len(prefix) :]), _link(each.bucket, each.key)
    small = (
        f'<img class="small" loading="lazy" alt="" src="{link}?raw">'
        if _picture_type(each.key)
        else ""
    )
    moment = iso(each.modified).replace("T", " ")[:16]
    return (
        f'<tr><td>{small}<a href="{link}">{name}</a><td class="n">{_size(each.size)}<td class="n '
        f'dim">{moment}'
    )


def _object(each: StoredObject, body: bytes) -> Reply:
    link = _link(each.bucket, each.key)
    kind = each.headers.get("content-type", "")
    facts = (
        f'<p class="dim">{_size(each.size)}, {html.escape(kind)} · <a href="{link}?raw">the file '
        "itself</a></p>"
    )
    folder, _, name = each.key.rpartition("/")
    crumbs = _crumbs(each.bucket, f"{folder}/" if folder else "")
    if _picture_type(each.key):
        return _page(
            name, f'{crumbs}{facts}<img class="large" alt="{html.escape(name)}" src="{link}?raw">'
        )
    try:
        text = body[:LONGEST_TEXT].decode(
            "utf-8", "strict" if len(body) <= LONGEST_TEXT else "ignore"
        )
    except UnicodeDecodeError:
        return _page(name, f"{crumbs}{facts}<p>This is neither a picture nor text.</p>")
    cut = "<p>Only the beginning is shown.</p>" if len(body) > LONGEST_TEXT else ""
    return _page(name, f"{crumbs}{facts}<pre>{html.escape(text)}</pre>{cut}")


def _raw(each: StoredObject, body: bytes) -> Reply:
    kind = _picture_type(each.key) or "text/plain; charset=utf-8"
    headers = {
        "content-type": kind,
        "content-security-policy": _POLICY,
        "x-content-type-options": "nosniff",
    }
    return Reply(HTTP_OK, body, headers)


def _crumbs(bucket: str, prefix: str) -> str:
    links = [
        f'<a href="{PAGE}/">buckets</a>',
        f'<a href="{PAGE}/{quote(bucket)}/">{html.escape(bucket)}</a>',
    ]
    so_far = ""
    for part in prefix.split("/")[:-1]:
        so_far += f"{part}/"
        links.append(f'<a href="{_link(bucket, so_far)}">{html.escape(part) or "(empty)"}</a>')
    return f"<p>{' / '.join(links)}</p>"


def _page(title: str, content: str, status: int = HTTP_OK) -> Reply:
    name = html.escape(title)
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width">'
        '<link rel="icon" href="data:,">'
        f"<title>{name} · practice S3</title><style>{_STYLE}</style><h1>{name}</h1>{content}"
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _POLICY.removesuffix("; sandbox"),
    }
    return Reply(status, text.encode(), headers)


def _link(bucket: str, key: str) -> str:
    return f"{PAGE}/{quote(bucket)}/{quote(key, safe='/-_.~')}"


def _picture_type(key: str) -> str:
    return _PICTURES.get(key.rpartition(".")[2].lower(), "")


def _size(size: int) -> str:
    if size < KILO:
        return f"{size} B"
    return f"{size / KILO:,.0f} KB" if size < KILO * KILO else f"{size / KILO / KILO:,.1f} MB"
