"""The real command, `axone playground`, as a program of its own that a browser opens."""

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading

import psutil

START_SECONDS = 60
"""For a start on a machine that is busy; one that is not takes three."""


class Playground:
    """A playground that runs.

    Parameters
    ----------
    *arguments : str or Path
        Besides ``--no-browser``: DATA or RUN.
    language : str
        Of the program.

    Attributes
    ----------
    url : str
        The address as it is printed, with the token that opens once.
    origin : str
        The address without the token.
    """

    def __init__(self, *arguments, language="en"):
        command = [sys.executable, "-m", "axone", "--lang", language, "playground", "--no-browser"]
        self._process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._addresses: queue.Queue[str] = queue.Queue()
        self._readings: list[threading.Thread] = []
        self._killed = False
        self.errors: list[str] = []
        for stream, keep in (
            (self._process.stdout, self._addresses.put),
            (self._process.stderr, self.errors.append),
        ):
            reading = threading.Thread(target=_read, args=(stream, keep), daemon=True)
            reading.start()
            self._readings.append(reading)
        try:
            self.url = self._addresses.get(timeout=START_SECONDS)
        except queue.Empty:
            self.end()
            raise AssertionError(f"no address was printed: {self.errors}") from None
        self.origin = self.url.partition("/?")[0]

    def worker(self) -> psutil.Process:
        """Return the process that trains: the only child."""
        (worker,) = psutil.Process(self._process.pid).children()
        return worker

    def kill(self) -> None:
        """End it as no program may object to."""
        worker, self._killed = self.worker(), True
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.wait(10)

    def end(self) -> None:
        """End it as Ctrl-C does, and see that it does end, and has not done so before."""
        status = self._process.poll()
        if status is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
        for reading in self._readings:
            reading.join(5)
        assert status is None or self._killed, f"it ended by itself, {status}: {self.errors}"


def _read(stream, keep):
    with stream:
        for line in stream:
            keep(line.rstrip("\n"))


def chromium() -> str | None:
    """Return where a Chromium is: $AXONE_CHROMIUM, the system's, or None."""
    named = os.environ.get("AXONE_CHROMIUM")
    if named:
        return named
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


ARGUMENTS = (
    "--no-sandbox",  # as root a browser takes none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
