"""The embedded database: it starts anywhere, is shared, and gives back every committed row whatever is killed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from hub.database import join_or_own
from hub.embedded import AlreadySupervised, EmbeddedPostgres, ForeignCluster, OtherMajorVersion
from hub.embedded.postmaster import processes_in, read_pid_file
from hub.lifeline import NotTheMainThread

pytestmark = pytest.mark.database

#: A process that owns a server on the folder named in its arguments until it is told to stop.
OWNER = """
import signal, sys
from pathlib import Path
from hub.embedded import EmbeddedPostgres

def interrupted(number, frame):
    sys.exit(0)

signal.signal(signal.SIGINT, interrupted)
with EmbeddedPostgres(data=Path(sys.argv[1])) as server:
    print(server.start(), flush=True)
    signal.pause()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project's folder that any account may enter; what is left elsewhere by its server goes too."""
    path = Path(tempfile.mkdtemp(prefix="hub-test-"))
    path.chmod(0o711)
    yield path
    for data in path.glob("**/postgres"):
        shutil.rmtree(EmbeddedPostgres(data=data).home.root, ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data(folder: Path) -> Path:
    return folder / "postgres"


def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def execute(url: str, *statements: str) -> list[object]:
    """Run statements, each committed on its own; the rows of the last one, first column."""

    async def go() -> list[object]:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [row[0] for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    return asyncio.run(go())


def remember(url: str, number: int) -> None:
    execute(url, "create table if not exists kept (n int)", f"insert into kept values ({number}) returning n")


def remembered(url: str) -> list[object]:
    return execute(url, "select n from kept order by n")


@contextmanager
def owner_of(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of its own that owns the server, and the server's address."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


class TestAServer:
    def test_starts_on_nothing_and_speaks_to_asyncpg(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            assert execute(server.start(), "select 1") == [1]

    def test_starts_warm_within_two_seconds(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            server.start()
        again = EmbeddedPostgres(data=data)
        began = time.monotonic()
        with again:
            again.start()
            took = time.monotonic() - began
        sys.stderr.write(f"\nembedded PostgreSQL, warm start: {took * 1000:.0f} ms\n")
        assert took < 2

    def test_keeps_quotes_and_apostrophes_apart_from_words(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            url = server.start()
            found = execute(url, "select to_tsvector('french', 'l’été “bonjour” ¿Dónde')::text like '%''bonjour''%'")
        assert found == [True]

    def test_listens_on_no_network(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            shown = execute(server.start(), "select current_setting('listen_addresses')")
        assert shown == [""]

    def test_lets_nobody_else_enter_its_socket_folder(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            server.start()
            assert server.home.sockets.stat().st_mode & 0o777 == 0o700

    def test_keeps_what_people_wrote_out_of_its_log(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            url = server.start()
            execute(
                url, "create table once (words text primary key)", "insert into once values ('souvenir') returning 1"
            )
            with pytest.raises(asyncpg.UniqueViolationError):
                execute(url, "insert into once values ('souvenir') returning 1")
            log = server.home.log.read_text(encoding="utf-8")
        assert "once_pkey" in log
        assert "souvenir" not in log

    def test_takes_a_folder_whose_path_is_too_long_for_a_socket(self, folder: Path) -> None:
        deep = folder / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        with EmbeddedPostgres(data=deep / "postgres") as server:
            assert execute(server.start(), "select 1") == [1]

    def test_takes_a_folder_with_a_space_and_an_accent(self, folder: Path) -> None:
        with EmbeddedPostgres(data=folder / "l’été à Lyon" / "postgres") as server:
            assert execute(server.start(), "select 1") == [1]

    def test_starts_from_the_main_thread_only(self, data: Path) -> None:
        refused: list[BaseException] = []

        def elsewhere() -> None:
            try:
                EmbeddedPostgres(data=data).start()
            except NotTheMainThread as error:
                refused.append(error)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert len(refused) == 1

    def test_does_not_touch_data_of_another_major_version(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            server.start()
        (server.home.cluster / "PG_VERSION").write_text("14\n", encoding="ascii")
        with pytest.raises(OtherMajorVersion, match="HUB_PG_BIN"):
            server.start()

    def test_begins_again_after_a_first_start_that_was_cut_short(self, data: Path) -> None:
        server = EmbeddedPostgres(data=data)
        half_made = server.home.root / "making-half"
        half_made.mkdir()
        (half_made / "PG_VERSION").write_text("18\n", encoding="ascii")
        with server:
            assert execute(server.start(), "select 1") == [1]
        assert not half_made.exists()


class TestASecondProcess:
    def test_is_refused_as_an_owner_and_told_who_owns(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            server.start()
            with pytest.raises(AlreadySupervised, match=str(os.getpid())):
                EmbeddedPostgres(data=data).start()

    def test_joins_the_running_server(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            remember(server.start(), 1)
            joined = EmbeddedPostgres(data=data)
            assert remembered(join_or_own(joined)) == [1]
            joined.stop()
            assert remembered(str(server.running())) == [1]

    def test_sees_no_server_where_none_runs(self, data: Path) -> None:
        server = EmbeddedPostgres(data=data)
        server.start()
        server.stop()
        assert server.running() is None

    def test_takes_the_server_over_when_its_owner_leaves(self, data: Path) -> None:
        with owner_of(data) as (owner, url):
            remember(url, 1)
            with EmbeddedPostgres(data=data) as heir:
                assert join_or_own(heir) == url
                owner.send_signal(signal.SIGINT)
                owner.wait(20)
                until(heir.keep)
                assert remembered(url) == [1]


class TestAKill:
    def test_of_the_server_loses_no_committed_row(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            url = server.start()
            remember(url, 1)
            running = read_pid_file(server.home.cluster)
            assert running is not None
            os.kill(running.pid, signal.SIGKILL)
            until(server.keep)
            assert remembered(url) == [1]

    def test_of_the_owner_ends_the_server_and_loses_no_committed_row(self, data: Path) -> None:
        with owner_of(data) as (owner, url):
            remember(url, 1)
            owner.kill()
            owner.wait(10)
            with EmbeddedPostgres(data=data) as heir:
                until(lambda: not processes_in(heir.home.cluster))
                assert remembered(heir.start()) == [1]

    def test_of_the_owner_does_not_hold_up_one_that_starts_at_once(self, data: Path) -> None:
        with owner_of(data) as (owner, url):
            remember(url, 1)
            owner.kill()
            with EmbeddedPostgres(data=data) as heir:
                until(lambda: owner.poll() is not None)
                assert remembered(heir.start()) == [1]

    def test_of_both_at_once_loses_no_committed_row(self, data: Path) -> None:
        with owner_of(data) as (owner, url):
            remember(url, 1)
            running = read_pid_file(EmbeddedPostgres(data=data).home.cluster)
            assert running is not None
            os.kill(running.pid, signal.SIGKILL)
            owner.kill()
            owner.wait(10)
            with EmbeddedPostgres(data=data) as heir:
                assert remembered(heir.start()) == [1]


class TestCtrlC:
    def test_stops_the_server_with_its_owner(self, data: Path) -> None:
        with owner_of(data) as (owner, url):
            remember(url, 1)
            owner.send_signal(signal.SIGINT)
            assert owner.wait(10) == 0
            assert processes_in(EmbeddedPostgres(data=data).home.cluster) == ()


class TestAPidFile:
    @pytest.mark.parametrize("content", ["", "garbage\n\x00", "999999999\n", "-1\n/nowhere\n"])
    def test_that_makes_no_sense_does_not_block(self, data: Path, content: str) -> None:
        with EmbeddedPostgres(data=data) as server:
            remember(server.start(), 1)
        (server.home.cluster / "postmaster.pid").write_text(content, encoding="utf-8")
        with server:
            assert remembered(server.start()) == [1]

    def test_whose_number_belongs_to_another_process_does_not_block(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            remember(server.start(), 1)
        cluster = server.home.cluster
        # Of the server's own account: of another one PostgreSQL would see by itself that it cannot be a server.
        account = cluster.stat().st_uid if os.geteuid() == 0 else None
        with subprocess.Popen(["sleep", "60"], user=account) as stranger:
            left = f"{stranger.pid}\n{cluster}\n1\n5432\n{server.home.sockets}\n\n  1 1\nready   \n"
            (cluster / "postmaster.pid").write_text(left, encoding="utf-8")
            with server:
                assert server.running() is None
                assert remembered(server.start()) == [1]
            assert stranger.poll() is None
            stranger.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="root keeps folders that no other account may enter")
class TestRootInAClosedFolder:
    def test_keeps_the_data_where_the_lent_account_can_reach_them(self, folder: Path) -> None:
        folder.chmod(0o700)
        data = folder / "var" / "postgres"
        with EmbeddedPostgres(data=data) as server:
            remember(server.start(), 1)
        assert not server.home.root.is_relative_to(folder)
        assert str(server.home.root) in (data / "WHERE").read_text(encoding="utf-8")
        with EmbeddedPostgres(data=data) as again:
            assert remembered(again.start()) == [1]

    def test_finds_the_data_again_after_the_project_moved(self, folder: Path) -> None:
        folder.chmod(0o700)
        (folder / "old").mkdir()
        with EmbeddedPostgres(data=folder / "old" / "postgres") as server:
            remember(server.start(), 1)
        (folder / "old").rename(folder / "new")
        for _ in range(2):
            with EmbeddedPostgres(data=folder / "new" / "postgres") as moved:
                assert remembered(moved.start()) == [1]

    def test_does_not_share_its_data_with_a_copy(self, folder: Path) -> None:
        folder.chmod(0o700)
        original = EmbeddedPostgres(data=folder / "original" / "postgres")
        shutil.copytree(folder / "original", folder / "copy")
        assert EmbeddedPostgres(data=folder / "copy" / "postgres").home.root != original.home.root

    def test_changes_no_permission_of_the_folders_above(self, folder: Path) -> None:
        folder.chmod(0o700)
        with EmbeddedPostgres(data=folder / "postgres") as server:
            server.start()
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_refuses_data_of_another_account_in_plain_words(self, data: Path) -> None:
        with EmbeddedPostgres(data=data) as server:
            server.start()
        os.chown(server.home.cluster, 0, 0)
        with pytest.raises(ForeignCluster, match="HUB_DATA_DIR"):
            server.start()
