"""Sealing, and the master key on the disk."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.keys import Keyring, Purpose, Unsealable, master_key_at, master_key_from

_KEYRING = Keyring(bytes(range(32)))
_PLAIN = "prise en charge d’hospitalisation".encode()


class TestSealing:
    @given(st.binary(), st.sampled_from(Purpose))
    def test_gives_back_what_was_sealed(self, plain: bytes, purpose: Purpose) -> None:
        assert _KEYRING.open(purpose, _KEYRING.seal(purpose, plain)) == plain

    def test_hides_what_was_sealed(self) -> None:
        assert _PLAIN not in _KEYRING.seal(Purpose.BODY, _PLAIN)

    def test_never_looks_the_same_twice(self) -> None:
        assert len({_KEYRING.seal(Purpose.BODY, _PLAIN) for _ in range(100)}) == 100

    @pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.BODY}))
    def test_does_not_open_for_another_purpose(self, purpose: Purpose) -> None:
        with pytest.raises(Unsealable, match=str(purpose)):
            _KEYRING.open(purpose, _KEYRING.seal(Purpose.BODY, _PLAIN))

    def test_does_not_open_with_another_master_key(self) -> None:
        with pytest.raises(Unsealable, match="master key"):
            Keyring(bytes(32)).open(Purpose.BODY, _KEYRING.seal(Purpose.BODY, _PLAIN))

    def test_opens_with_the_same_master_key_in_another_process(self) -> None:
        assert Keyring(bytes(range(32))).open(Purpose.BODY, _KEYRING.seal(Purpose.BODY, _PLAIN)) == _PLAIN

    def test_does_not_open_when_any_byte_was_changed(self) -> None:
        sealed = _KEYRING.seal(Purpose.FILE, _PLAIN)
        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 1
            with pytest.raises(Unsealable):
                _KEYRING.open(Purpose.FILE, bytes(changed))

    def test_does_not_open_when_it_was_cut_short_or_made_longer(self) -> None:
        sealed = _KEYRING.seal(Purpose.FILE, _PLAIN)
        for changed in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\x00"):
            with pytest.raises(Unsealable):
                _KEYRING.open(Purpose.FILE, changed)

    @given(st.binary())
    def test_does_not_open_what_was_never_sealed(self, found: bytes) -> None:
        with pytest.raises(Unsealable):
            _KEYRING.open(Purpose.RAW, found)


class TestTheMasterKey:
    @pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
    def test_has_32_bytes(self, length: int) -> None:
        with pytest.raises(ValueError, match=f"has {length} bytes and needs 32"):
            Keyring(bytes(length))

    def test_is_read_from_base64(self) -> None:
        assert master_key_from(base64.b64encode(bytes(range(32))).decode()) == bytes(range(32))

    @pytest.mark.parametrize("text", ["changeme!", "é", "AAA", "A A="])
    def test_that_is_not_base64_says_how_to_make_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="openssl rand -base64 32"):
            master_key_from(text)


class TestTheMasterKeyOnTheDisk:
    def test_is_made_at_first_and_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "var" / "keys" / "master.key"
        made = master_key_at(path)
        assert len(made) == 32
        assert made == master_key_at(path)
        assert made != master_key_at(tmp_path / "other.key")

    def test_is_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "master.key"
        master_key_at(path)
        assert path.stat().st_mode & 0o777 == 0o600

    def test_leaves_nothing_else_in_its_folder(self, tmp_path: Path) -> None:
        master_key_at(tmp_path / "master.key")
        assert [path.name for path in tmp_path.iterdir()] == ["master.key"]

    def test_that_a_person_put_there_is_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "master.key"
        path.write_text(f"{base64.b64encode(bytes(32)).decode()}\n", encoding="ascii")
        assert master_key_at(path) == bytes(32)

    def test_is_one_for_all_who_start_together(self, tmp_path: Path) -> None:
        together = 12
        for number in range(30):
            path, barrier = tmp_path / f"{number}" / "master.key", Barrier(together)

            def start(path: Path = path, barrier: Barrier = barrier) -> bytes:
                barrier.wait(timeout=30)
                return master_key_at(path)

            with ThreadPoolExecutor(together) as starters:
                keys = {one.result() for one in [starters.submit(start) for _ in range(together)]}
            assert len(keys) == 1
            assert keys == {master_key_at(path)}
            assert [one.name for one in path.parent.iterdir()] == ["master.key"]
