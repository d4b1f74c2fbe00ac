"""The worker: the process that holds the bench, learns, and answers what the page asks.

Three threads: one reads what comes, one paints frames, and the main one does everything else in
turn: an answer, a lap of training, an answer, …. The server starts it, and stops it where it hangs.
"""

import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from threadpoolctl import threadpool_limits

from axone.errors import AxoneError
from axone.experiments.schema import described_schema
from axone.files import without_infinities
from axone.messages import _, language_in_use, use_language
from axone.playground import pipe
from axone.playground.beginning import begin
from axone.playground.bench import FIRST, Bench
from axone.playground.catalogue import catalogue
from axone.playground.designs import RefusedDesignError
from axone.playground.painter import Painter
from axone.playground.questions import answers
from axone.playground.words import LANGUAGES, words

_BEAT_SECONDS = 0.5

_SWITCH_SECONDS = 0.0005
"""After which a thread lets another one go on: a lap must not wait for a frame."""


class Worker:
    """One page's worker.

    Parameters
    ----------
    reading, writing : binary file
        From the server, and to it.
    """

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading, self._writing = reading, writing
        self._lock = threading.Lock()
        self._asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self._painter = Painter(self._send, lambda: self._asked.put({}))
        self._bench: Bench | None = None
        self._beaten = 0.0

    def work(self) -> None:
        """Do what is asked until the server is gone."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        while True:
            bench = self._bench
            wait = bench.seconds_to_wait() if bench is not None and bench.playing else _BEAT_SECONDS
            message = self._next(wait)
            self._beat()
            if message.get("internal") == "end":
                return
            if message:
                self._take(message)
            bench = self._bench
            if bench is not None:
                # Before a lap, so that it is painted beside it; after it for who waits at a pace.
                self._painter.offer(bench)
                if bench.playing and not bench.seconds_to_wait():
                    self._learn(bench)
                    self._painter.offer(bench)

    def _next(self, wait: float) -> dict[str, Any]:
        """Return what was asked next; nothing, `{}`, where there is something else to do."""
        try:
            return (
                self._asked.get(timeout=min(wait, _BEAT_SECONDS))
                if wait
                else self._asked.get_nowait()
            )
        except queue.Empty:
            return {}

    def _read(self) -> None:
        """Hand on what comes; at its end, or where it is no message, the worker ends, too."""
        try:
            while (packet := pipe.read(self._reading)) is not None:
                if isinstance(packet, str):
                    self._asked.put(json.loads(packet))
        finally:
            self._asked.put({"internal": "end"})

    def _send(self, packet: pipe.Packet) -> None:
        with self._lock:
            pipe.write(self._writing, packet)

    def report(self, message: Mapping[str, Any]) -> None:
        """Send an answer, an event or a word to the server."""
        self._send(json.dumps(without_infinities(message), allow_nan=False, default=str))

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= _BEAT_SECONDS:
            self._beaten = now
            self.report({"internal": "beat"})

    def _learn(self, bench: Bench) -> None:
        try:
            bench.learn()
        except Exception as error:
            bench.pause()
            self.report({"event": "note", "words": _told(error)})
        if not bench.playing:
            self.report({"event": "state", "state": bench.state()})

    def _take(self, message: dict[str, Any]) -> None:
        if "internal" in message:
            self._obey(message)
            return
        number, name = message.pop("id", None), message.pop("ask", None)
        if name == "frame":
            self._painter.ask()
            return
        try:
            self.report({"answer": number, "value": self._answer(str(name), message)})
        except RefusedDesignError as error:
            self.report({"answer": number, "refused": {"place": error.place, "words": error.words}})
        except Exception as error:
            place = getattr(error, "place", "") if isinstance(error, AxoneError) else ""
            self.report({"answer": number, "refused": {"place": place, "words": _told(error)}})

    def _answer(self, name: str, fields: Mapping[str, Any]) -> Any:
        if name in ("hello", "language"):
            return self._greet(fields, whole=name == "hello")
        bench = self._require_bench()
        if name == "view":
            return self._painter.set_view(bench, fields).to_data()
        answer = answers().get(name)
        if answer is None:
            raise AxoneError(_("nothing is known of the question {name!r}", name=name))
        return answer(bench, fields)

    def _require_bench(self) -> Bench:
        if self._bench is None:
            raise AxoneError(_("nothing is open yet"))
        return self._bench

    def _greet(self, fields: Mapping[str, Any], *, whole: bool) -> Any:
        wanted = fields.get("language")
        if wanted in LANGUAGES:
            use_language(wanted)
        told: dict[str, Any] = {
            "words": words(),
            "language": language_in_use(),
            "languages": dict(LANGUAGES),
        }
        bench = self._require_bench()
        told |= {
            "schema": described_schema(),
            "catalogue": catalogue(bench.sources),
            "designed": bench.designed(),
        }
        if whole:
            self._painter.begin_anew()
            told |= {
                "state": bench.state(),
                "runs": bench.kept.to_data(),
                "asked_about": bench.asked_about,
            }
        return told

    def _obey(self, message: Mapping[str, Any]) -> None:
        """Do what the server says."""
        kind = message["internal"]
        if kind == "begin":
            self._begin(message)
        elif kind == "uploaded":
            self._require_bench().sources.add(message["name"], Path(message["path"]))

    def _begin(self, message: Mapping[str, Any]) -> None:
        if message.get("language"):
            use_language(message["language"])
        bench = Bench(Path(message["folder"]))
        bench.announce_download = self._announce
        for name, path in (message.get("files") or {}).items():
            bench.sources.add(name, Path(path))
        try:
            if message.get("design") is not None:
                bench.set_design(message["design"])
            else:
                begin(bench, message.get("source"))
        except Exception as error:
            words = _told(error)
            self.report({"internal": "refused", "words": words})
            bench.set_design(FIRST)
            self.report({"event": "note", "words": words})
        self._bench = bench
        # What a page asks first takes a second the first time: it is over when the page opens.
        try:
            self._greet({}, whole=True)
            answers()
            self._painter.stage(bench)
        except Exception as error:
            _told(error)  # the page is told when it asks
        self.report({"internal": "ready"})

    def _announce(self, path: Path, name: str) -> str:
        number = uuid4().hex
        self.report({"internal": "download", "id": number, "path": str(path), "name": name})
        return number


def _told(error: Exception) -> str:
    """Return what went wrong, in words; a mistake of ours ends neither training nor page."""
    if isinstance(error, AxoneError):
        return str(error)
    if isinstance(error, MemoryError):
        return str(_("There is not enough memory for this: take a smaller network, or fewer rows."))
    traceback.print_exception(error)
    return str(_("this went wrong, by a mistake of Axone's: the terminal tells more"))


def main() -> None:
    """Run as the server starts it: messages on standard input and output."""
    reading, writing = pipe.streams_of_worker()
    sys.setswitchinterval(_SWITCH_SECONDS)
    # Products of a frame are small: threads of a library's would only get in the engine's way.
    with threadpool_limits(1):
        Worker(reading, writing).work()
    os._exit(0)  # the reader may still wait for a pipe that nobody writes to


if __name__ == "__main__":
    main()
