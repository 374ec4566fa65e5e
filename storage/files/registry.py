"""Which file stores there are."""

from collections.abc import Callable, Mapping
from pathlib import Path

from storage.files.folder import FolderFiles
from storage.files.memory import MemoryFiles
from storage.files.port import FileStore, FileStoreKind
from storage.keys import Keyring


def _folder(root: Path, keyring: Keyring) -> FileStore:
    return FolderFiles(root, keyring=keyring)


def _memory(_root: Path, _keyring: Keyring) -> FileStore:
    return MemoryFiles()


#: Makes a store from the folder that it may use and the keys that it seals with.
FILE_STORES: Mapping[FileStoreKind, Callable[[Path, Keyring], FileStore]] = {
    FileStoreKind.FOLDER: _folder,
    FileStoreKind.MEMORY: _memory,
}
