"""Sealing: AES-256-GCM under keys derived from one master key, one per class of data.

A class of data (`purpose`) has its own key, so that what is medical can be kept, rotated or destroyed apart.
Sealed bytes: version (1) · nonce (12) · ciphertext and tag. The purpose is bound as associated data.
"""

import base64
import contextlib
import os
import secrets
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"


class Purpose(StrEnum):
    """Classes of data with a key of their own."""

    RAW = "raw"
    BODY = "body"
    ACCOUNT = "account"
    FILE = "file"


class Unsealable(Exception):  # noqa: N818
    """The bytes were sealed under another key, or changed. The master key may be the wrong one."""


class Keyring:
    """Seals and opens bytes. Made once from the master key (32 bytes)."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError(f"the master key has {len(master)} bytes and needs 32 (base64 of 32 random bytes)")
        self._ciphers = {purpose: AESGCM(_derive(master, purpose)) for purpose in Purpose}

    def seal(self, purpose: Purpose, plain: bytes) -> bytes:
        """Encrypt `plain` under the purpose's key."""
        nonce = secrets.token_bytes(12)
        return _VERSION + nonce + self._ciphers[purpose].encrypt(nonce, plain, purpose.encode())

    def open(self, purpose: Purpose, sealed: bytes) -> bytes:
        """Decrypt what `seal` made for the same purpose. Raises Unsealable."""
        try:
            if sealed[:1] != _VERSION:
                raise Unsealable(f"sealed in an unknown way (version {sealed[:1].hex() or 'none'})")
            return self._ciphers[purpose].decrypt(sealed[1:13], sealed[13:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Unsealable(f"{purpose} bytes do not open with this master key") from error


def master_key_from(text: str) -> bytes:
    """Read a master key from base64. Raises ValueError with what to do."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("the master key is not base64: make one with `openssl rand -base64 32`") from error


def master_key_at(path: Path) -> bytes:
    """Read the master key kept at `path`; make it on first use, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        with fresh.open("w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # atomic: two processes that start together agree on one key
        fresh.unlink()
    return master_key_from(path.read_text().strip())


def _derive(master: bytes, purpose: Purpose) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hub/{purpose}".encode()).derive(master)
