"""Files in memory: gone with the process."""

from domain.ids import AttachmentId
from storage.files.port import FileMissing


class MemoryFiles:
    """Keeps each file until the process ends."""

    def __init__(self) -> None:
        self._contents: dict[AttachmentId, bytes] = {}

    async def keep(self, attachment_id: AttachmentId, content: bytes) -> None:
        """Keep the content."""
        self._contents[attachment_id] = content

    async def open(self, attachment_id: AttachmentId) -> bytes:
        """The content kept under this id. Raises FileMissing."""
        try:
            return self._contents[attachment_id]
        except KeyError as error:
            raise FileMissing(attachment_id) from error
