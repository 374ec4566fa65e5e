"""What the product takes from the machine: the time, chance, the environment; each at one place."""

import pytest

from tests.architecture.checkout import ROOMS, Source, faults, python
from tests.architecture.code import says, uses

CLOCKS = {
    "hub/clock.py": "the system's clock",
    "hub/doctor/database.py": "asks the database for its time to compare it with ours",
    "channels/fake/__main__.py": "the provider's machine: it is not ours and has a clock of its own",
}
TIME = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "time.ctime",
        "sqlalchemy.func.now",
        "sqlalchemy.func.current_timestamp",
    }
)
#: The database has a clock as well: what it says is not the time that the hub was given.
TIME_IN_SQL = r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_(timestamp|date|time)\b"
ENVIRONMENTS = {
    "hub/settings.py": "the one settings class",
    "hub/embedded/postgres.py": "HUB_PG_BIN and HUB_PG_USER, before there are settings",
    "hub/embedded/account.py": "what the database's processes inherit",
    "hub/process_tree.py": "what the hub's own processes inherit",
    "hub/bench/product.py": "what a measured product must not inherit",
}
ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.putenv", "os.unsetenv"})
#: Ids are time-ordered and minted from a given instant (domain.ids.mint).
OTHER_IDS = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid.getnode"})
OTHER_IDS_IN_SQL = r"\b(gen_random_uuid|uuidv[47]|uuid_generate_v\d\w*)\("


def reads_time(source: Source) -> list[str]:
    """Where the file reads a clock of this machine or of the database; timers that only run forward may be read."""
    return uses(source, TIME) + says(source, TIME_IN_SQL)


def reads_environment(source: Source) -> list[str]:
    """Where the file reads or changes the environment."""
    settings = "pydantic_settings.BaseSettings"
    return uses(source, ENVIRONMENT | {settings})


def mints_other_ids(source: Source) -> list[str]:
    """Where the file makes ids that are not ours."""
    return uses(source, OTHER_IDS) + says(source, OTHER_IDS_IN_SQL)


class TestTheTime:
    def test_is_read_in_one_place(self) -> None:
        assert faults(reads_time, python(*ROOMS, "migrations"), excepted=CLOCKS) == []

    @pytest.mark.parametrize(
        "text",
        [
            "from datetime import datetime\ndatetime.now()",
            "import datetime as d\nd.datetime.utcnow()",
            "from datetime import date as day\nday.today()",
            "import time\nf(default=time.time)",
            "from time import time_ns\ntime_ns()",
            "from sqlalchemy import func\nfunc.now()",
            "text('UPDATE inbox SET run_at = NOW()')",
        ],
    )
    def test_is_seen_elsewhere(self, text: str) -> None:
        assert reads_time(Source("hub/x.py", text))

    def test_may_be_given_and_timers_may_run(self) -> None:
        text = '"""Asks now()."""\nimport time\ntime.monotonic()\nclock.now()\ntime.perf_counter()'
        assert not reads_time(Source("hub/x.py", text))


class TestTheEnvironment:
    def test_is_read_by_the_settings(self) -> None:
        assert faults(reads_environment, python(*ROOMS, "migrations"), excepted=ENVIRONMENTS) == []

    @pytest.mark.parametrize(
        "text",
        [
            "import os\nos.environ['X']",
            "from os import getenv as g\ng('X')",
            "from os import environ\nf(environ)",
            "from pydantic_settings import BaseSettings\nclass Mine(BaseSettings): ...",
        ],
    )
    def test_is_seen_elsewhere(self, text: str) -> None:
        assert reads_environment(Source("storage/x.py", text))


class TestAnId:
    def test_is_minted_from_an_instant(self) -> None:
        assert faults(mints_other_ids, python(*ROOMS, "migrations")) == []

    @pytest.mark.parametrize(
        "text", ["import uuid\nuuid.uuid4()", "from uuid import uuid1\nf(uuid1)", "text('SELECT gen_random_uuid()')"]
    )
    def test_is_seen_when_it_is_another(self, text: str) -> None:
        assert mints_other_ids(Source("hub/x.py", text))
