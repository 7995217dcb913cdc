"""The body of an upload: aws-chunked framing taken off, digests and checksums compared with what
came.

Promises that what is stored is what the client meant to send, and a BadDigest when it is not.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable
from functools import cache

from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.signature import Signed

__all__ = ["Received", "received"]

CRC32C_POLYNOMIAL = 0x82F63B78
CRC64NVME_POLYNOMIAL = 0x9A6C9329AC4BC9B5
MD5_BYTES = 16
Received = tuple[bytes, dict[str, str]]
"""The content, and the checksums that were sent with it and hold (lower-case header names)."""


def received(request: AwsRequest, signed: Signed) -> Received:
    """The content of an upload, checked; raises AwsError."""
    body, declared = request.body, dict(request.headers)
    if signed.payload.startswith("STREAMING-"):
        body, trailers = _unchunked(body, signed)
        declared.update(trailers)
        length = request.headers.get("x-amz-decoded-content-length")
        if length is not None and length != str(len(body)):
            raise AwsError(
                "IncompleteBody", "The request body does not have the length that was declared."
            )
    _check_md5(declared.get("content-md5"), body)
    return body, _checked(declared, body)


def _unchunked(body: bytes, signed: Signed) -> tuple[bytes, dict[str, str]]:
    """Take off the framing: `size[;chunk-signature=...]` lines, a last chunk of 0, then trailing
    headers.
    """
    content, at, before = bytearray(), 0, signed.signature
    signs_chunks = signed.payload.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    while True:
        line, found, _ = body[at : at + 300].partition(b"\r\n")
        size_text, _, rest = line.decode("latin-1").partition(";")
        if not found or not re.fullmatch(r"[0-9a-fA-F]{1,8}", size_text):
            raise AwsError("IncompleteBody", "The request body is not framed as aws-chunked.")
        size, at = int(size_text, 16), at + len(line) + 2
        chunk = body[at : at + size]
        if len(chunk) != size:
            raise AwsError("IncompleteBody", "The request body ended inside a chunk.")
        if signs_chunks:
            before = _check_chunk(signed, before, chunk, rest)
        if size == 0:
            return bytes(content), _trailers(body[at:])
        content += chunk
        at += size + 2


def _check_chunk(signed: Signed, before: str, chunk: bytes, rest: str) -> str:
    expected = signed.chunk_signature(before, chunk)
    if rest.removeprefix("chunk-signature=") != expected:
        raise AwsError(
            "SignatureDoesNotMatch", "A chunk of the body has a signature that does not match.", 403
        )
    return expected


def _trailers(rest: bytes) -> dict[str, str]:
    lines = [line.partition(":") for line in rest.decode("latin-1").split("\r\n") if line]
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _check_md5(declared: str | None, body: bytes) -> None:
    if declared is None:
        return
    digest = _base64(declared)
    if digest is None or len(digest) != MD5_BYTES:
        raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if digest != hashlib.md5(body, usedforsecurity=False).digest():
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _checked(declared: dict[str, str], body: bytes) -> dict[str, str]:
    held = {}
    for name, value in declared.items():
        compute = (
            _CHECKSUMS.get(name.removeprefix("x-amz-checksum-"))
            if name.startswith("x-amz-checksum-")
            else None
        )
        if compute is None:
            continue
        if _base64(value) != compute(body):
            kind = name.removeprefix("x-amz-checksum-").upper()
            raise AwsError(
                "BadDigest", f"The {kind} you specified did not match the calculated checksum."
            )
        held[name] = value
    return held


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        table.append(value)
    return tuple(table)


def _crc(polynomial: int, octets: int) -> Callable[[bytes], bytes]:
    """A reflected cyclic redundancy check whose start value and final mask are all ones."""
    ones = (1 << 8 * octets) - 1

    def compute(body: bytes) -> bytes:
        table, value = _table(polynomial), ones
        for byte in body:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        return (value ^ ones).to_bytes(octets, "big")

    return compute


_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": _crc(CRC32C_POLYNOMIAL, 4),
    "crc64nvme": _crc(CRC64NVME_POLYNOMIAL, 8),
    "md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
    "sha512": lambda body: hashlib.sha512(body).digest(),
}
