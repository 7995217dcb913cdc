"""The buckets for people: a read-only page of folders and objects, pictures and text, at `/_s3/`.

Promises nothing to programs. Every bucket, folder and object is shown with its s3:// address, to be
copied. It needs no signature, so it answers GET alone, sits behind the loopback check, and serves
objects in a way that no script inside them can run: the one script here is known by its hash.
"""

import base64
import hashlib
import html
from typing import NamedTuple
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
# An address on the clipboard; where the browser refuses that, in a window to copy it from.
_SCRIPT = """
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-address]");
  if (!button) return;
  const { address } = button.dataset;
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    prompt("Copy the address:", address);
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
"""
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
_STYLE = """
:root{color-scheme:light dark;--line:#8883;--dim:#777;--link:#0b62c4}
@media(prefers-color-scheme:dark){:root{--line:#8886;--dim:#9a9a9a;--link:#7db4f5}}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.25rem;overflow-wrap:anywhere;margin:0}.head{display:flex;gap:.8rem;
align-items:baseline;margin:1rem 0}button{font:inherit;font-size:.8rem;padding:.1rem .5rem;
border:1px solid var(--line);border-radius:4px;background:none;color:inherit;cursor:pointer}
button:hover{border-color:var(--dim)}a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;
border-bottom:1px solid var(--line);text-align:left}
td:first-child{overflow-wrap:anywhere}.n{text-align:right;white-space:nowrap}.dim,th{color:var(--dim);font-weight:400}
img.small{height:2.5rem;max-width:5rem;object-fit:cover;vertical-align:middle;margin-right:.6rem;border-radius:3px}
img.large{max-width:100%;border-radius:6px}pre{white-space:pre-wrap;overflow-wrap:anywhere;
border:1px solid var(--line);
padding:1rem;border-radius:6px}
"""


class _Shown(NamedTuple):
    """What a page says; its heading is its s3:// address, where it has one."""

    title: str
    content: str
    status: int = HTTP_OK
    address: str = ""


def answer(objects: ObjectStore, request: AwsRequest, home: str = "") -> Reply:
    """The page for `/_s3/`, `/_s3/<bucket>/<folder>/` and `/_s3/<bucket>/<key>`; `?raw` gives the
    object itself. `home` is the practice workspace's page, to go back to.
    """
    rest = request.raw_path.removeprefix(PAGE).removeprefix("/")
    bucket, _, key = (unquote(part) for part in rest.partition("/"))
    if request.method not in {"GET", "HEAD"}:
        words = "<p>This page only shows. Use an S3 client to change something.</p>"
        return _page(_Shown("Not here", words, HTTP_NOT_ALLOWED), home)
    if not bucket:
        return _page(_all_buckets(objects), home)
    if not objects.bucket_exists(bucket):
        words = f"<p>There is no bucket {html.escape(bucket)}.</p>"
        return _page(_Shown("No such bucket", _crumbs() + words, HTTP_NOT_FOUND), home)
    found = objects.get(bucket, key) if key else None
    if found is None:
        return _page(_folder(objects, bucket, key, request.query.get("after", "")), home)
    if "raw" in request.query:
        return _raw(*found)
    return _page(_object(*found), home)


def _all_buckets(objects: ObjectStore) -> _Shown:
    rows = "".join(
        (
            "<tr><td><a "
            f'href="{PAGE}/{quote(name)}/">{html.escape(name)}</a><td '
            f'class="dim">{iso(created)[:10]}<td class="n">{_copy(_address(name))}'
        )
        for name, created in objects.buckets()
    )
    if not rows:
        return _Shown("Buckets", "<p>There are none yet.</p>")
    return _Shown("Buckets", f"<table><tr><th>bucket<th>since<th>{rows}</table>")


def _folder(objects: ObjectStore, bucket: str, prefix: str, after: str) -> _Shown:
    folders, found, cursor = _entries(objects, bucket, prefix, after)
    rows = [
        (
            "<tr><td><a "
            f'href="{_link(bucket, folder)}">{html.escape(folder[len(prefix) :])}</a><td><td>'
            f'<td class="n">{_copy(_address(bucket, folder))}'
        )
        for folder in folders
    ]
    rows += [_row(each, prefix) for each in found]
    if not rows:
        words = _crumbs(bucket, prefix) + "<p>There is nothing here.</p>"
        return _Shown(f"{bucket}/{prefix}", words, HTTP_NOT_FOUND, _address(bucket, prefix))
    more = (
        f'<p><a href="?after={quote(cursor, safe="")}">Show the next {MOST_SHOWN}</a></p>'
        if cursor
        else ""
    )
    table = (
        '<table><tr><th>name<th class="n">size<th class="n">changed '
        f"(UTC)<th>{''.join(rows)}</table>{more}"
    )
    content = _crumbs(bucket, prefix) + table
    return _Shown(f"{bucket}/{prefix}", content, address=_address(bucket, prefix))


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
        f'dim">{moment}<td class="n">{_copy(_address(each.bucket, each.key))}'
    )


def _object(each: StoredObject, body: bytes) -> _Shown:
    link = _link(each.bucket, each.key)
    kind = each.headers.get("content-type", "")
    facts = (
        f'<p class="dim">{_size(each.size)}, {html.escape(kind)} · <a href="{link}?raw">the file '
        "itself</a></p>"
    )
    folder, _, name = each.key.rpartition("/")
    crumbs = _crumbs(each.bucket, f"{folder}/" if folder else "")
    content = f"{crumbs}{facts}{_inside(each, body, link)}"
    return _Shown(name, content, address=_address(each.bucket, each.key))


def _inside(each: StoredObject, body: bytes, link: str) -> str:
    """The picture or text that an object is."""
    if _picture_type(each.key):
        name = html.escape(each.key.rpartition("/")[2])
        return f'<img class="large" alt="{name}" src="{link}?raw">'
    try:
        text = body[:LONGEST_TEXT].decode(
            "utf-8", "strict" if len(body) <= LONGEST_TEXT else "ignore"
        )
    except UnicodeDecodeError:
        return "<p>This is neither a picture nor text.</p>"
    cut = "<p>Only the beginning is shown.</p>" if len(body) > LONGEST_TEXT else ""
    return f"<pre>{html.escape(text)}</pre>{cut}"


def _raw(each: StoredObject, body: bytes) -> Reply:
    kind = _picture_type(each.key) or "text/plain; charset=utf-8"
    headers = {
        "content-type": kind,
        "content-security-policy": f"{_POLICY}; sandbox",
        "x-content-type-options": "nosniff",
    }
    return Reply(HTTP_OK, body, headers)


def _crumbs(bucket: str = "", prefix: str = "") -> str:
    links = [f'<a href="{PAGE}/">buckets</a>']
    if bucket:
        links.append(f'<a href="{PAGE}/{quote(bucket)}/">{html.escape(bucket)}</a>')
    so_far = ""
    for part in prefix.split("/")[:-1]:
        so_far += f"{part}/"
        links.append(f'<a href="{_link(bucket, so_far)}">{html.escape(part) or "(empty)"}</a>')
    return f"<p>{' / '.join(links)}</p>"


def _page(shown: _Shown, home: str) -> Reply:
    title, heading = html.escape(shown.title), html.escape(shown.address or shown.title)
    copy = _copy(shown.address) if shown.address else ""
    back = f'<p><a href="{html.escape(home)}/">← Back to the workspace</a></p>' if home else ""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width">'
        '<link rel="icon" href="data:,">'
        f"<title>{title} · practice S3</title><style>{_STYLE}</style><script>{_SCRIPT}</script>"
        f'{back}<div class="head"><h1>{heading}</h1>{copy}</div>{shown.content}'
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": f"{_POLICY}; script-src 'sha256-{_SCRIPT_HASH}'",
    }
    return Reply(shown.status, text.encode(), headers)


def _address(bucket: str, key: str = "") -> str:
    return f"s3://{bucket}/{key}"


def _copy(address: str) -> str:
    shown = html.escape(address)
    return f'<button type="button" data-address="{shown}" title="Copy {shown}">Copy</button>'


def _link(bucket: str, key: str) -> str:
    return f"{PAGE}/{quote(bucket)}/{quote(key, safe='/-_.~')}"


def _picture_type(key: str) -> str:
    return _PICTURES.get(key.rpartition(".")[2].lower(), "")


def _size(size: int) -> str:
    if size < KILO:
        return f"{size} B"
    return f"{size / KILO:,.0f} KB" if size < KILO * KILO else f"{size / KILO / KILO:,.1f} MB"
