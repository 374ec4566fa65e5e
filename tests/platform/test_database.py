"""The database of a process: the one it was given, else the project's own, shared by all its processes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.database import embedded_postgres, open_database
from hub.embedded import throwaway_postgres
from hub.settings import Settings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings with a data directory of their own and no database named."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL_FILE", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    folder.chmod(0o711)
    yield Settings().model_copy(update={"data_dir": folder, "database_url": None})
    shutil.rmtree(folder)


class TestOpenDatabase:
    def test_takes_the_one_that_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@db.internal/hub")
        with open_database(Settings()) as url:
            assert url == "postgresql://somebody@db.internal/hub"

    @pytest.mark.database
    def test_starts_its_own_and_stops_it(self, settings: Settings) -> None:
        with open_database(settings):
            assert embedded_postgres(settings.data_dir).running()
        assert embedded_postgres(settings.data_dir).running() is None

    @pytest.mark.database
    def test_joins_the_running_one_and_leaves_it_running(self, settings: Settings) -> None:
        with open_database(settings) as owned:
            with open_database(settings) as joined:
                assert joined == owned
            assert embedded_postgres(settings.data_dir).running() == owned


@pytest.mark.database
class TestAThrowawayServer:
    def test_leaves_nothing_behind(self) -> None:
        with throwaway_postgres(settings={"fsync": "off"}) as url:
            folder = Path(url.partition("host=")[2].partition("&")[0]).parent
            assert os.listdir(folder)
        assert not folder.parent.exists()
