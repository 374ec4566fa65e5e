"""The measurements: each runs real processes and gives its figures by the names of the budgets."""

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from hub.bench.clients import replies_taken, watch_socket
from hub.bench.product import Product, a_product, a_provider, a_run, end, start_worker
from storage import tables
from storage.engine import connect

Figures = Mapping[str, float]


def webhooks(seconds: float) -> Figures:
    """The API alone, in a closed loop and at 1,000 a second."""
    with a_product(processes=("serve",)) as product:
        _load(product, seconds=1, prefix="warm-")
        closed = _load(product, seconds=seconds, prefix="closed-")
        paced = _load(product, seconds=seconds, prefix="open-", rate=1000)
    return {
        "webhooks_per_second": closed["per_second"],
        "webhooks_p99_ms": closed["p99_ms"],
        "webhooks_open_p99_ms": paced["p99_ms"],
    }


def pipeline(seconds: float) -> Figures:
    """One worker on an inbox that was filled before it started; counted from its first to its last message."""
    with a_product(processes=("serve",)) as product:
        _load(product, seconds=seconds, prefix="inbox-", connections=16)
        os.kill(product.processes[0].pid, signal.SIGSTOP)
        try:
            return {"pipeline_per_second": asyncio.run(_drained(product))}
        finally:
            os.kill(product.processes[0].pid, signal.SIGCONT)


def socket(seconds: float) -> Figures:
    """From the sending of a webhook to the frame that tells a console of it, at 100 a second."""
    with a_product(processes=("serve", "worker")) as product:
        asyncio.run(watch_socket(product, rate=100, seconds=1, prefix="warm-"))
        waits = asyncio.run(watch_socket(product, rate=100, seconds=seconds))
    return {"socket_p50_ms": _cut(waits, 50) * 1000, "socket_p95_ms": _cut(waits, 95) * 1000}


def reply(seconds: float) -> Figures:
    """From an accepted reply to its call at the provider, about 10 a second."""

    with (
        _folder() as folder,
        a_provider(folder / "taken.jsonl") as url,
        a_product(processes=("serve", "worker"), provider=url) as product,
    ):
        count = max(20, int(seconds * 10))
        waits = asyncio.run(replies_taken(product, folder / "taken.jsonl", count=count))
    return {"reply_p95_ms": _cut(waits, 95) * 1000}


def memory(seconds: float) -> Figures:
    """The proportional share (PSS) of every process, a moment after the start, nothing going on."""
    with _folder() as folder, a_run(folder) as (pid, _took):
        time.sleep(min(5.0, seconds))
        return {"idle_memory_mb": sum(_pss(one) for one in _family(pid)) / 1024}


def warm_start(_seconds: float) -> Figures:
    """`hub run` on data that are there, until everything answers."""
    with _folder() as folder:
        with a_run(folder):
            pass
        with a_run(folder) as (_pid, took):
            return {"warm_start_seconds": took}


MEASURES: Mapping[str, Callable[[float], Figures]] = {
    "webhooks": webhooks,
    "pipeline": pipeline,
    "socket": socket,
    "reply": reply,
    "memory": memory,
    "warm_start": warm_start,
}


def _load(product: Product, *, seconds: float, prefix: str, rate: float = 0, connections: int = 48) -> dict[str, float]:
    command = [sys.executable, "-m", "hub.bench.load", "--port", str(product.port)]
    command += ["--account", str(product.fake.id), "--secret", product.fake.settings["secret"]]
    command += ["--seconds", str(seconds), "--prefix", prefix, "--rate", str(rate), "--connections", str(connections)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    return dict(json.loads(answer.stdout))


async def _drained(product: Product) -> float:
    engine = connect(product.url, pool=1)
    worker = start_worker(product)
    try:
        async with engine.connect() as connection:
            counted = select(
                func.count(),
                func.count().filter(tables.inbox.c.state == "done"),
                func.min(tables.inbox.c.processed_at),
                func.max(tables.inbox.c.processed_at),
            )
            while True:
                total, done, first, last = (await connection.execute(counted)).one()
                await connection.rollback()
                if total == done:
                    return float(total / max(0.001, (last - first).total_seconds()))
                await asyncio.sleep(0.2)
    finally:
        end([worker])
        await engine.dispose()


def _cut(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the database's account may enter, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def _family(pid: int) -> list[int]:
    """A process and all that descend from it (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _pss(pid: int) -> int:
    """Kilobytes of a process, shared pages by share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
