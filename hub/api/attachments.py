"""Files that came with messages, to be saved and never to be shown: what they hold was chosen by a stranger."""

import re
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response

from domain.ids import AttachmentId
from hub.api.reception import Here
from hub.api.viewer import Viewing
from storage.message import reads
from storage.unit_of_work import UnitOfWork

router = APIRouter()
#: Types that a browser may be told of; everything else is bytes.
_KNOWN_TYPES = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp"})
_BYTES = "application/octet-stream"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]")
#: What no file name may hold: controls, separators, and signs that change the direction of reading.
_NEVER = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NoSuchAttachment(LookupError):  # noqa: N818 - named for what is missing
    """No attachment has this id."""


@router.get(
    "/attachments/{id}",
    summary="The file of an attachment",
    response_class=Response,
    responses={200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def attachment(
    id: UUID,
    reception: Here,
    viewer: Viewing,
) -> Response:
    """The bytes as they came, under the name they came with."""
    hub, attachment_id = reception.hub, AttachmentId(id)
    async with UnitOfWork(hub.engine) as work:
        found = await reads.attachment(work.connection, hub.keyring, attachment_id, viewer=viewer)
    if found is None:
        raise NoSuchAttachment(f"no attachment {id}")
    return Response(
        await hub.files.open(attachment_id),
        media_type=found.content_type if found.content_type in _KNOWN_TYPES else _BYTES,
        headers={
            "Content-Disposition": disposition(found.filename),
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        },
    )


def disposition(filename: str) -> str:
    """The header that has a browser save a file under this name (RFC 6266, names by RFC 5987)."""
    name = _NEVER.sub("_", filename).strip(" .")[:150] or "file"
    return f"attachment; filename=\"{_NOT_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"
