"""The fake provider as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.channels.fake.accounts import a_channel, a_message

_ROOT = Path(__file__).parents[3]


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "channels.fake", *arguments],
        cwd=_ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class TestTheProcess:
    async def test_says_where_it_listens_keeps_what_it_takes_and_stops_when_told(self, tmp_path: Path) -> None:
        log = tmp_path / "accepted.jsonl"
        with _start("--log", str(log)) as process:
            assert process.stdout is not None
            channel = a_channel(url=process.stdout.readline().strip())
            (call,) = channel.render(a_message())
            receipt = await channel.send(call)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        (line,) = log.read_text(encoding="utf-8").splitlines()
        assert json.loads(line)["provider_id"] == receipt.provider_id

    def test_says_why_it_cannot_listen(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with _start("--port", str(port)) as process:
                _, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert f"127.0.0.1:{port}" in said
