"""`hub worker`: takes messages through the journeys until it is told to stop."""

import argparse
import asyncio
import gc
import signal
import sys

import uvloop
from prometheus_client import start_http_server

from hub import metrics
from hub.bootstrap import NotMigrated, assemble
from hub.database import open_database
from hub.logging import log, start_logging
from hub.settings import Settings
from hub.worker import Worker


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(_arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; 0 after a clean stop, 1 when it could not start."""
    settings = Settings()
    start_logging(settings.log_level)
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, settings.worker_metrics_host, registry=metrics.WORKER)
    try:
        with open_database(settings) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings, url))
    except NotMigrated as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


async def _work(settings: Settings, url: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with assemble(settings, url=url) as hub:
        gc.collect()
        gc.freeze()  # what is there by now stays: garbage is looked for less often, and answers wait less
        gc.set_threshold(50_000, 20, 100)
        await Worker(hub).run(stop)
    log.info("worker_ended", process="worker")
