"""The laboratory beside the training: a process of its own that carries experiments out.

Some of them train for a second or more, and what a page asks for may take far longer: a process is
waited for without standing still, and stopped where it takes too long. ``python -m
axone.playground.laboratory`` reads requests, a line of JSON each, and writes what was seen.
"""

import io
import json
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from inspect import signature
from typing import Any, TextIO

from axone.errors import AxoneError
from axone.files import without_infinities
from axone.lab.catalogue import LABS
from axone.lab.observation import Observation
from axone.messages import use_language

LIMIT_SECONDS = 30.0
"""Of an experiment: nobody waits longer at a page, the command line does."""

PATIENCE_SECONDS = 1.5
"""An experiment that nobody wants any more is let end where it needs no longer."""


_SLOW_TO_IMPORT = ("axone.lab.knobs", "axone.plots", "matplotlib.backends.backend_svg")
"""What every experiment needs, imported before the first is asked for."""


class Laboratory:
    """Carries out one experiment at a time, the one that was asked for last."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._wanted: str | None = None
        self._since = 0.0
        self._share: float | None = None
        self._end: weakref.finalize[[subprocess.Popen[str]], Laboratory] | None = None

    def look(self, request: Mapping[str, Any], wait: float) -> dict[str, Any]:
        """Return what was seen, or how far the experiment is: to be asked again.

        Parameters
        ----------
        request : mapping
            `name`, `settings`, `language` and `theme`.
        wait : float
            Seconds that the answer may take.

        Returns
        -------
        dict
            `seen`, what was seen; or `failed`, in words; or `too_long`; or `share`, the part that
            is done, None where it does not tell.
        """
        key = json.dumps(request, sort_keys=True)
        until = time.monotonic() + wait
        while True:
            if (
                self._wanted is not None
                and self._wanted != key
                and self._seconds > PATIENCE_SECONDS
            ):
                self.close()
            if self._wanted is None:
                self._begin(key)
            try:
                told = self._told.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if told is not None and "share" in told:
                self._share = told["share"]
                continue
            asked, self._wanted = self._wanted, None
            if told is None:
                self.close()
                told = {"failed": ""}
            if asked == key:
                return told
        if self._seconds > LIMIT_SECONDS:
            self.close()
            return {"too_long": LIMIT_SECONDS}
        return {"share": self._share if self._wanted == key else None}

    def warm(self) -> None:
        """Start the process, which takes a moment, before anything is asked of it."""
        if self._process is None:
            self._start()

    def close(self) -> None:
        """Stop the process, whatever it does."""
        self._process, self._wanted = None, None
        # What it still says is nobody's business any more.
        self._told = queue.SimpleQueue()
        if self._end is not None:
            self._end()

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._since

    def _begin(self, key: str) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            self.close()
            process = self._start()
        assert process.stdin is not None  # noqa: S101 — it is a pipe
        self._wanted, self._share, self._since = key, None, time.monotonic()
        # Of one that dies just now the end is told by what it says.
        with suppress(OSError):
            process.stdin.write(key + "\n")
            process.stdin.flush()

    def _start(self) -> "subprocess.Popen[str]":
        process = self._process = _started()
        self._end = weakref.finalize(self, _ended, process)
        threading.Thread(target=_read, args=(process.stdout, self._told), daemon=True).start()
        return process


def _started() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "axone.playground.laboratory"]
    return subprocess.Popen(  # noqa: S603 — this very program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _ended(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _read(stream: TextIO, told: "queue.SimpleQueue[dict[str, Any] | None]") -> None:
    """Hand on what the process says; None when it says no more."""
    with suppress(OSError, ValueError):
        for line in stream:
            told.put(json.loads(line))
    told.put(None)


def observe(request: Mapping[str, Any], on_progress: Callable[[float], None]) -> dict[str, Any]:
    """Carry an experiment out, and return what was seen as a page shows it.

    Parameters
    ----------
    request : mapping
        As of `Laboratory.look`; its settings are those of the experiment's knobs.
    on_progress : callable
        Told the share that is done, by those experiments that know it.
    """
    from axone.lab.knobs import settings_of
    from axone.plots import use_theme

    use_language(request["language"])
    lab = next(each for each in LABS if each.name == request["name"])
    function = lab.function()
    settings = settings_of(function)
    given = {name: settings[name].checked(value) for name, value in request["settings"].items()}
    if "on_progress" in signature(function).parameters:
        given["on_progress"] = on_progress
    with use_theme(request["theme"]):
        seen: Observation = function(**given)
        return {**_table(seen), "svg": picture(seen)}


def _table(seen: Observation) -> dict[str, Any]:
    return {
        "name": seen.name,
        "title": str(seen.title),
        "columns": [
            {
                "name": column.name,
                "title": str(column.title),
                "numeric": all(
                    value is None or (isinstance(value, int | float) and value is not True)
                    for value in seen.column(column.name)
                ),
            }
            for column in seen.columns
        ],
        "rows": [
            [column.written(value) for column, value in zip(seen.columns, row, strict=True)]
            for row in seen.rows
        ],
        "values": [[_plain(value) for value in row] for row in seen.rows],
        "sentences": [str(sentence) for sentence in seen.sentences],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return [_plain(each) for each in value] if isinstance(value, tuple) else str(value)


def picture(seen: Observation) -> str:
    """Return the picture as SVG: drawn from numbers and escaped texts, it holds no script."""
    from matplotlib import rc_context

    drawn = io.BytesIO()
    with rc_context({"svg.hashsalt": "axone"}):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        seen.figure().savefig(drawn, format="svg", metadata=nothing)
    text = drawn.getvalue().decode()
    return text[text.index("<svg") :]


def main() -> None:
    """Answer requests until there are no more; end at once where the asking process is gone."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in _SLOW_TO_IMPORT:
        import_module(name)
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()

    def answer(message: Mapping[str, Any]) -> None:
        answers.write(json.dumps(without_infinities(message), allow_nan=False) + "\n")
        answers.flush()

    while True:
        request = json.loads(requests.get())
        try:
            answer({"seen": observe(request, lambda share: answer({"share": share}))})
        except AxoneError as error:
            answer({"failed": str(error)})
        except Exception:
            traceback.print_exc()
            answer({"failed": ""})


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
