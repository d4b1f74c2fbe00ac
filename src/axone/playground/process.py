"""The worker as a process: started, written to, listened to, ended with all that it started.

What it prints goes to the terminal, each line with a mark, and its last lines are kept.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from axone.messages import Message, _
from axone.playground import limits, pipe
from axone.playground.limits import END_SECONDS, MOST_RESTARTS, STDERR_CHARACTERS, STDERR_LINES

WORKER = "axone.playground.worker"
"""The module that is run."""

SECRETS = ("AXONE_PASSWORD",)
"""Of the environment what a worker need not know."""


class WorkerProcess:
    """A worker that was started.

    Attributes
    ----------
    heard : float
        When it last said anything, by the clock `time.monotonic`; at first when it was started.
    spoke : bool
        Whether it has said anything.
    lines : deque of str
        The last lines of its standard error.
    """

    def __init__(self, process: asyncio.subprocess.Process, show: Callable[[str], None]) -> None:
        self._process = process
        self._show = show
        self.heard = time.monotonic()
        self.spoke = False
        self.lines: deque[str] = deque(maxlen=STDERR_LINES)
        self._printing = asyncio.create_task(self._print())

    @classmethod
    async def start(cls, show: Callable[[str], None], module: str = WORKER) -> "WorkerProcess":
        """Start one, whose lines of standard error are shown by `show`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name not in SECRETS},
            # Ctrl-C reaches the server alone, which ends the worker; and what the worker has
            # started can be ended with it.
            **_apart(),
        )
        return cls(process, show)

    def send(self, message: Mapping[str, Any]) -> None:
        """Write to it; nothing happens where it has ended.

        It is not waited for: how much may be under way is bounded by those who ask.
        """
        assert self._process.stdin is not None  # noqa: S101 — it was started with a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.write(pipe.packed(json.dumps(message, allow_nan=False)))

    async def next(self) -> pipe.Packet | None:
        """Wait for what it says next; None at its end."""
        assert self._process.stdout is not None  # noqa: S101 — it was started with a pipe
        packet = await pipe.read_stream(self._process.stdout)
        self.heard, self.spoke = time.monotonic(), True
        return packet

    def kill(self) -> None:
        """End it at once, and what it has started, which may outlive it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            _kill(self._process.pid)

    async def end(self, seconds: float = END_SECONDS) -> int:
        """Close its input, wait, kill what is left; return the status."""
        assert self._process.stdin is not None  # noqa: S101 — it was started with a pipe
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), seconds)
        self.kill()
        status = await self._process.wait()
        # What has left its group, and lives, holds the pipe of errors open: nobody waits for that.
        _done, late = await asyncio.wait([self._printing], timeout=0.5)
        for task in late:
            task.cancel()
        return status

    async def _print(self) -> None:
        """Show its standard error line by line, however long the lines are."""
        assert self._process.stderr is not None  # noqa: S101 — it was started with a pipe
        begun = b""
        while block := await self._process.stderr.read(2**16):
            *lines, begun = (begun + block).split(b"\n")
            for line in lines:
                self._line(line)
            begun = begun[:STDERR_CHARACTERS]
        if begun:
            self._line(begun)

    def _line(self, line: bytes) -> None:
        text = line[:STDERR_CHARACTERS].decode(errors="replace").rstrip("\r")
        self.lines.append(text)
        self._show(text)


class Starts:
    """When workers were started, and so whether another one may be."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    @property
    def count(self) -> int:
        """How many were, of late."""
        return len(self._times)

    @property
    def last(self) -> bool:
        """Whether only one more may be."""
        return self.count == MOST_RESTARTS

    def note(self, now: float) -> None:
        """Note a start."""
        self._times.append(now)

    def may_again(self, now: float) -> bool:
        """Whether another one may be started now; those of long ago are forgotten."""
        while self._times and now - self._times[0] > limits.RESTART_WINDOW:
            self._times.popleft()
        return self.count <= MOST_RESTARTS

    def seconds_left(self, now: float) -> float:
        """Return how long it takes until the first of them is long ago."""
        return max(0.0, self._times[0] + limits.RESTART_WINDOW - now)


def ending_in_words(status: int) -> Message:
    """Say how a process ended, from its status."""
    if status >= 0:
        return _("it ended with status {status}", status=status)
    name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
    if name == "SIGKILL":
        return _("it was killed, perhaps for want of memory")
    return _("signal {name} ended it", name=name)


def _apart() -> dict[str, Any]:
    if os.name == "posix":
        return {"start_new_session": True}
    return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}


def _kill(number: int) -> None:
    if os.name == "posix":
        os.killpg(number, signal.SIGKILL)
    else:
        os.kill(number, signal.SIGTERM)
