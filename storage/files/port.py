"""The shape of a file store: where the contents of attachments are kept.

    FileStoreError
     ├── FileMissing       nothing was kept under this id
     └── FileUnreadable    the bytes were sealed under another key or for another id, or changed

A full disk or a folder that may not be written is no anticipated error: OSError propagates and alarms.
"""

from enum import StrEnum
from typing import Protocol

from domain.ids import AttachmentId


class FileStoreKind(StrEnum):
    """A way to keep files; the registry is total over it."""

    FOLDER = "folder"
    MEMORY = "memory"


class FileStoreError(Exception):
    """Something that a file store anticipates; the text names the attachment and never its content."""


class FileMissing(FileStoreError):  # noqa: N818 - named as in CONVENTIONS
    """Nothing was kept under this id."""

    def __init__(self, attachment_id: AttachmentId) -> None:
        super().__init__(f"The file of attachment {attachment_id} is not in the store")


class FileUnreadable(FileStoreError):  # noqa: N818
    """What was kept under this id does not open."""

    def __init__(self, attachment_id: AttachmentId) -> None:
        super().__init__(f"The file of attachment {attachment_id} does not open: another master key, or changed bytes")


class FileStore(Protocol):
    """Keeps the content of each attachment under its id. Never blocks the loop."""

    async def keep(self, attachment_id: AttachmentId, content: bytes) -> None:
        """Keep the content; it is durable when this returns, whole or not at all. A repeat replaces it."""
        ...

    async def open(self, attachment_id: AttachmentId) -> bytes:
        """The content kept under this id. Raises FileMissing, FileUnreadable."""
        ...
