"""Small files of every sort that members send, valid and without content worth reading."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from hub.demo.dice import Dice

_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "zip": "application/zip",
}
_OTHER = "application/octet-stream"
#: A grey picture of eight by eight, to which a comment is added.
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hn"
    "Pk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "V//Z"
)


def content_type_of(name: str) -> str:
    """The content type that a file of this name has."""
    return _TYPES.get(name.rpartition(".")[2], _OTHER)


def document(name: str, *, dice: Dice) -> bytes:
    """A file of the sort that the name promises, some kilobytes long."""
    make = _MAKERS.get(name.rpartition(".")[2], _plain)
    return make(name, dice.whole(3_000, 28_000))


def _pdf(name: str, size: int) -> bytes:
    words = f"BT /F1 14 Tf 72 720 Td ({name}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
    )
    body = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    body += b"%" + b" " * max(size - len(body), 0) + b"\n"
    start = len(body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


def _jpeg(_name: str, size: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", size + 2) + b" " * size
    return _JPEG[:2] + comment + _JPEG[2:]


def _png(_name: str, size: int) -> bytes:
    rows = b"".join(b"\x00" + b"\xc8" * 64 for _ in range(64))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)),
        (b"tEXt", b"Comment\x00" + b" " * size),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    made = b"".join(
        struct.pack(">I", len(data)) + sort + data + struct.pack(">I", zlib.crc32(sort + data)) for sort, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + made


def _zip(name: str, size: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.txt"), " " * size)
    return target.getvalue()


def _plain(name: str, size: int) -> bytes:
    return name.encode() + b" " * size


_MAKERS: Mapping[str, Callable[[str, int], bytes]] = {
    "pdf": _pdf,
    "jpg": _jpeg,
    "png": _png,
    "zip": _zip,
}
