"""What every file store promises."""

import asyncio
from pathlib import Path

import pytest

from domain.ids import AttachmentId, mint
from storage.files.port import FileMissing, FileStore
from storage.keys import Keyring
from tests.conftest import NOW


def an_id() -> AttachmentId:
    """The id of a new attachment."""
    return AttachmentId(mint(NOW))


class FilesContract:
    """Inherit, and say with `store` which store is meant."""

    def store(self, folder: Path, keyring: Keyring) -> FileStore:
        """A store that may use this folder and these keys."""
        raise NotImplementedError

    @pytest.fixture
    def files(self, tmp_path: Path, keyring: Keyring) -> FileStore:
        return self.store(tmp_path / "var" / "files", keyring)

    @pytest.mark.parametrize("content", [b"", b"\x00", "déjà vu".encode(), bytes(range(256)) * 40_000])
    async def test_gives_back_what_was_kept(self, files: FileStore, content: bytes) -> None:
        attachment = an_id()
        await files.keep(attachment, content)
        assert await files.open(attachment) == content

    async def test_keeps_each_file_apart(self, files: FileStore) -> None:
        contents = {an_id(): bytes([number]) * 1000 for number in range(40)}
        await asyncio.gather(*(files.keep(attachment, content) for attachment, content in contents.items()))
        assert {attachment: await files.open(attachment) for attachment in contents} == contents

    async def test_says_which_file_is_missing(self, files: FileStore) -> None:
        await files.keep(an_id(), b"autre")
        missing = an_id()
        with pytest.raises(FileMissing, match=str(missing)):
            await files.open(missing)

    async def test_may_be_asked_to_keep_the_same_again(self, files: FileStore) -> None:
        attachment = an_id()
        await asyncio.gather(*(files.keep(attachment, b"ordonnance") for _ in range(8)))
        assert await files.open(attachment) == b"ordonnance"

    async def test_gives_what_was_kept_last(self, files: FileStore) -> None:
        attachment = an_id()
        await files.keep(attachment, b"avant" * 1000)
        await files.keep(attachment, b"apres")
        assert await files.open(attachment) == b"apres"
