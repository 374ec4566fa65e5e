"""What lies on the machine."""

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.doctor.finding import State
from hub.doctor.installation import FULL_BYTES, TIGHT_BYTES, data_directory, disk, key_file, master_key
from hub.doctor.settings_check import read_settings
from hub.settings import Settings
from storage.keys import master_key_at


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None).model_copy(update={"data_dir": tmp_path / "var", "master_key": None})  # type: ignore[call-arg]


class TestTheSettings:
    def test_are_well_when_they_can_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_PORT", "8081")
        settings, finding = read_settings()
        assert settings is not None
        assert finding.state is State.WELL

    def test_name_the_one_that_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUB_PORT", "eighty")
        settings, finding = read_settings()
        assert settings is None
        assert finding.state is State.WRONG
        assert "HUB_PORT" in finding.what.en
        assert "eighty" not in str(finding.what)

    def test_name_the_secret_file_that_is_missing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HUB_MASTER_KEY_FILE", str(tmp_path / "nowhere"))
        assert str(tmp_path / "nowhere") in read_settings()[1].what.en


class TestTheDataDirectory:
    def test_need_not_exist_before_the_first_start(self, settings: Settings) -> None:
        assert data_directory(settings).state is State.WELL
        assert not settings.data_dir.exists()

    def test_is_well_when_it_can_be_written(self, settings: Settings) -> None:
        settings.data_dir.mkdir()
        assert data_directory(settings).state is State.WELL
        assert list(settings.data_dir.iterdir()) == []

    def test_is_wrong_when_it_cannot(self, settings: Settings) -> None:
        settings.data_dir.touch()
        assert data_directory(settings).state is State.WRONG


class TestTheDisk:
    @pytest.mark.parametrize(
        ("free_bytes", "state"),
        [(TIGHT_BYTES, State.WELL), (TIGHT_BYTES - 1, State.LOOK), (FULL_BYTES - 1, State.WRONG)],
    )
    def test_is_judged_by_what_is_free(self, settings: Settings, free_bytes: int, state: State) -> None:
        assert disk(settings, free_bytes=free_bytes).state is state

    def test_is_measured(self, settings: Settings) -> None:
        assert " GB free below " in disk(settings).what.en


class TestTheMasterKey:
    def test_is_not_made_by_looking(self, settings: Settings) -> None:
        keyring, finding = master_key(settings)
        assert keyring is None
        assert finding.state is State.LOOK
        assert not settings.data_dir.exists()

    def test_is_well_as_the_hub_made_it(self, settings: Settings) -> None:
        master_key_at(key_file(settings))
        keyring, finding = master_key(settings)
        assert keyring is not None
        assert finding.state is State.WELL

    def test_is_to_be_looked_at_when_others_may_read_it(self, settings: Settings) -> None:
        master_key_at(key_file(settings))
        key_file(settings).chmod(0o644)
        assert master_key(settings)[1].state is State.LOOK

    @pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"short").decode()])
    def test_is_wrong_when_it_is_no_key(self, settings: Settings, key: str) -> None:
        keyring, finding = master_key(settings.model_copy(update={"master_key": SecretStr(key)}))
        assert keyring is None
        assert finding.state is State.WRONG
        assert key not in str(finding.what)
