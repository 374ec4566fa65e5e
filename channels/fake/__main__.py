"""The fake provider as a process of its own: `python -m channels.fake --port 9000 --log accepted.jsonl`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from channels.fake.provider import FakeProvider


class _ProvidersClock:
    """The time on the provider's machine, which is not the hub's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; says its address on the first line once it listens."""
    parser = argparse.ArgumentParser(prog="python -m channels.fake", description="The fake channel's provider.")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="0 takes a free one")
    parser.add_argument("--log", type=Path, metavar="FILE", help="a JSON line for each call taken, fsynced")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(_serve(host=given.host, port=given.port, log=given.log))
    except OSError as error:
        sys.stderr.write(f"The fake provider cannot listen at {given.host}:{given.port}: {error}\n")
        return 1
    return 0


async def _serve(*, host: str, port: int, log: Path | None) -> None:
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    async with FakeProvider(clock=_ProvidersClock(), log=log).listening(host=host, port=port) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        await ending.wait()


if __name__ == "__main__":
    sys.exit(main())
