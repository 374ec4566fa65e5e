"""Files in a folder of this machine, each sealed, in two levels of folders."""

import asyncio
import os
import secrets
from pathlib import Path

from domain.ids import AttachmentId
from storage.files.port import FileMissing, FileUnreadable
from storage.keys import Keyring, Purpose, Unsealable


class FolderFiles:
    """Keeps each file in `root`, readable by the owner of the process alone."""

    def __init__(self, root: Path, *, keyring: Keyring) -> None:
        """The folder is made at the first `keep`."""
        self._root = root
        self._keyring = keyring

    async def keep(self, attachment_id: AttachmentId, content: bytes) -> None:
        """Keep the content; it is on the disk when this returns. Raises OSError."""
        await asyncio.to_thread(self._write, attachment_id, content)

    async def open(self, attachment_id: AttachmentId) -> bytes:
        """The content kept under this id. Raises FileMissing, FileUnreadable."""
        return await asyncio.to_thread(self._read, attachment_id)

    def _write(self, attachment_id: AttachmentId, content: bytes) -> None:
        path = self._path(attachment_id)
        # The id is sealed with the content: a file put in another's place does not open.
        sealed = self._keyring.seal(Purpose.FILE, attachment_id.bytes + content)
        for folder in (self._root, path.parent.parent, path.parent):
            _make_folder(folder)
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}.part")
        try:
            _write_through(unfinished, sealed)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def _read(self, attachment_id: AttachmentId) -> bytes:
        try:
            sealed = self._path(attachment_id).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing(attachment_id) from error
        try:
            plain = self._keyring.open(Purpose.FILE, sealed)
        except Unsealable as error:
            raise FileUnreadable(attachment_id) from error
        if not plain.startswith(attachment_id.bytes):
            raise FileUnreadable(attachment_id)
        return plain[len(attachment_id.bytes) :]

    def _path(self, attachment_id: AttachmentId) -> Path:
        name = attachment_id.hex
        # By the end of the id, which is random: its beginning is the time and would fill one folder after the other.
        return self._root / name[-2:] / name[-4:-2] / f"{name}.sealed"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make_folder(folder)
        return
    _sync(folder.parent)


def _write_through(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the folder's own entries on the disk: a new name is not, until its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
