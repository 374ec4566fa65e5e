"""Files in memory."""

from pathlib import Path

from storage.files.port import FileStore, FileStoreKind
from storage.files.registry import FILE_STORES
from storage.keys import Keyring
from tests.contracts.files_contract import FilesContract


class TestFilesInMemory(FilesContract):
    def store(self, folder: Path, keyring: Keyring) -> FileStore:
        return FILE_STORES[FileStoreKind.MEMORY](folder, keyring)
