"""What lies on this machine: the data directory, the disk under it, the master key."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from hub.doctor.finding import Finding, Words, look, well, wrong
from hub.settings import Settings
from storage.keys import Keyring, master_key_at, master_key_from

#: Free space below which writing will soon fail, and below which somebody should make room.
FULL_BYTES, TIGHT_BYTES = 1_000_000_000, 5_000_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_file(settings: Settings) -> Path:
    """Where the master key is kept when none is given."""
    return settings.data_dir / "master.key"


def data_directory(settings: Settings) -> Finding:
    """Whether the hub can write its files."""
    folder = settings.data_dir.resolve()
    if not folder.exists():
        parent = _existing(folder)
        if os.access(parent, os.W_OK | os.X_OK):
            return well("data_directory", f"{folder} sera créé au premier démarrage", f"{folder} will be made at start")
        return _closed(parent)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return _closed(folder)
    return well("data_directory", f"On peut écrire dans {folder}", f"{folder} can be written")


def disk(settings: Settings, *, free_bytes: int | None = None) -> Finding:
    """Whether there is room left below the data directory; `free_bytes` in place of what the disk says."""
    folder = _existing(settings.data_dir.resolve())
    free = shutil.disk_usage(folder).free if free_bytes is None else free_bytes
    room = f"{free / 1e9:.1f}"
    what = Words(f"{room} Go libres sous {folder}", f"{room} GB free below {folder}")
    do = Words("Faites de la place, ou déplacez HUB_DATA_DIR", "Make room, or move HUB_DATA_DIR")
    if free < FULL_BYTES:
        return wrong("disk", what, do=do)
    return look("disk", what, do=do) if free < TIGHT_BYTES else well("disk", what.fr, what.en)


def master_key(settings: Settings) -> tuple[Keyring | None, Finding]:
    """The keyring, when its key is there and whole. Makes nothing."""
    file = key_file(settings)
    if settings.master_key is None and not file.exists():
        return None, look(
            "master_key",
            Words(f"Pas encore de clé maîtresse ({file})", f"No master key yet ({file})"),
            do=Words(
                "Elle est créée au premier démarrage ; gardez-en une copie à part des sauvegardes",
                "It is made at the first start; keep a copy of it apart from the backups",
            ),
        )
    try:
        key = master_key_at(file) if settings.master_key is None else master_key_from(_given(settings))
        keyring = Keyring(key)
    except (OSError, ValueError) as error:
        return None, wrong(
            "master_key",
            Words(f"La clé maîtresse est inutilisable : {error}", f"The master key cannot be used: {error}"),
            do=Words("Rendez-lui la clé de la sauvegarde (32 octets, base64)", "Give back the key that was backed up"),
        )
    if settings.master_key is None and file.stat().st_mode & _OTHERS:
        return keyring, look(
            "master_key",
            Words(f"D’autres comptes peuvent lire {file}", f"Other accounts may read {file}"),
            do=Words(f"chmod 600 {file}", f"chmod 600 {file}"),
        )
    return keyring, well("master_key", "La clé maîtresse est là", "The master key is there")


def _given(settings: Settings) -> str:
    return "" if settings.master_key is None else settings.master_key.get_secret_value()


def _closed(folder: Path) -> Finding:
    return wrong(
        "data_directory",
        Words(f"On ne peut pas écrire dans {folder}", f"{folder} cannot be written"),
        do=Words(
            "Donnez ce dossier au compte du hub (chown), ou changez HUB_DATA_DIR",
            "Give this folder to the hub’s account (chown), or change HUB_DATA_DIR",
        ),
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder
