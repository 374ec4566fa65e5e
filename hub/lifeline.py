"""Children that never outlive their parent, also when the parent is killed and can say nothing."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

#: prctl(2): the signal that the kernel sends to a process when the thread that started it ends.
_PR_SET_PDEATHSIG = 1


class NotTheMainThread(RuntimeError):  # noqa: N818 - named for what happened, as in every port
    """A child was to be tied to a thread that may end long before the process does."""

    def __init__(self) -> None:
        super().__init__("children tied to our life are started from the main thread: the kernel watches that thread")


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs between fork and exec so that `death_signal` reaches it when we end (Linux; else None).

    Give it as `preexec_fn` of `subprocess.Popen`. Source: prctl(2). Raises NotTheMainThread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise NotTheMainThread
    if sys.platform != "linux":
        return None
    # Everything is looked up before the fork: after it only async-signal-safe work is allowed.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent, number = os.getpid(), int(death_signal)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # the parent ended between the fork and the call above
            os._exit(1)

    return tie
