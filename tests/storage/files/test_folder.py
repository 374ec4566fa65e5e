"""Files in a folder: sealed, whole or not there, and for nobody else's eyes."""

import errno
import os
from pathlib import Path
from uuid import UUID

import pytest

from domain.ids import AttachmentId
from storage.files.folder import FolderFiles
from storage.files.port import FileMissing, FileStore, FileStoreKind, FileUnreadable
from storage.files.registry import FILE_STORES
from storage.keys import Keyring
from tests.contracts.files_contract import FilesContract, an_id

_SECRET = "fracture du fémur".encode()
_FIRST = AttachmentId(UUID("0199aabb-0000-7000-8000-00000000cafe"))
_SECOND = AttachmentId(UUID("0199aabb-0000-7000-8000-00000000beef"))


class TestFilesInAFolder(FilesContract):
    def store(self, folder: Path, keyring: Keyring) -> FileStore:
        return FILE_STORES[FileStoreKind.FOLDER](folder, keyring)


class TestTheFolder:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return tmp_path / "files"

    @pytest.fixture
    def files(self, root: Path, keyring: Keyring) -> FolderFiles:
        return FolderFiles(root, keyring=keyring)

    async def test_holds_nothing_that_can_be_read(self, files: FolderFiles, root: Path) -> None:
        await files.keep(an_id(), _SECRET * 100)
        (kept,) = _kept(root)
        assert _SECRET not in kept.read_bytes()

    async def test_spreads_files_by_the_random_end_of_their_ids(self, files: FolderFiles, root: Path) -> None:
        await files.keep(_FIRST, b"")
        assert [str(path.relative_to(root)) for path in _kept(root)] == [f"fe/ca/{_FIRST.hex}.sealed"]

    async def test_is_for_its_owner_alone(self, files: FolderFiles, root: Path) -> None:
        before = os.umask(0)
        try:
            await files.keep(an_id(), _SECRET)
        finally:
            os.umask(before)
        assert _modes(root) == {"folder": {0o700}, "file": {0o600}}

    async def test_is_not_made_by_looking_into_it(self, files: FolderFiles, root: Path) -> None:
        with pytest.raises(FileMissing):
            await files.open(an_id())
        assert _kept(root.parent) == []
        assert _modes(root) == {}

    async def test_keeps_what_was_there_when_the_disk_is_full(
        self, files: FolderFiles, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await files.keep(_FIRST, b"avant")

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                await files.keep(_FIRST, b"apres")
        assert await files.open(_FIRST) == b"avant"
        assert len(_kept(root)) == 1

    async def test_ignores_what_a_killed_process_left_unfinished(self, files: FolderFiles, root: Path) -> None:
        await files.keep(_FIRST, b"entier")
        (kept,) = _kept(root)
        kept.with_suffix(".0a1b2c3d.part").write_bytes(b"moiti")
        assert await files.open(_FIRST) == b"entier"

    async def test_can_be_opened_by_another_process_with_the_same_key(
        self, files: FolderFiles, root: Path, keyring: Keyring
    ) -> None:
        await files.keep(_FIRST, _SECRET)
        assert await FolderFiles(root, keyring=keyring).open(_FIRST) == _SECRET

    async def test_does_not_open_with_another_key(self, files: FolderFiles, root: Path) -> None:
        await files.keep(_FIRST, _SECRET)
        with pytest.raises(FileUnreadable, match=str(_FIRST)):
            await FolderFiles(root, keyring=Keyring(bytes(32))).open(_FIRST)

    @pytest.mark.parametrize("length", [0, 1, 12, 40])
    async def test_does_not_open_what_was_cut_short(self, files: FolderFiles, root: Path, length: int) -> None:
        await files.keep(_FIRST, _SECRET)
        (kept,) = _kept(root)
        kept.write_bytes(kept.read_bytes()[:length])
        with pytest.raises(FileUnreadable):
            await files.open(_FIRST)

    async def test_does_not_open_a_file_put_in_the_place_of_another(self, files: FolderFiles, root: Path) -> None:
        await files.keep(_FIRST, b"de Camille")
        await files.keep(_SECOND, b"de Paul")
        by_name = {path.stem: path for path in _kept(root)}
        by_name[_FIRST.hex].replace(by_name[_SECOND.hex])
        with pytest.raises(FileUnreadable, match=str(_SECOND)):
            await files.open(_SECOND)


def _kept(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _modes(root: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for path in (root, *root.rglob("*")):
        if path.exists():
            found.setdefault("folder" if path.is_dir() else "file", set()).add(path.stat().st_mode & 0o777)
    return found
