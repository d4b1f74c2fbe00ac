"""The server's side of the worker: hands questions and answers on, and keeps a worker alive.

One session, one worker, one page: the newest. Questions are numbered anew on their way to the
worker, so that an answer to one page never reaches another. A worker that dies or hangs is started
again, with the last design that was good.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axone.errors import ConfigurationError
from axone.messages import Message, _, language_in_use, use_language
from axone.playground import limits
from axone.playground.asked import Question
from axone.playground.connection import ELSEWHERE, GOING, TOO_MUCH, Connection
from axone.playground.downloads import Downloads
from axone.playground.limits import Bucket
from axone.playground.pipe import PipeError
from axone.playground.process import WORKER, Starts, WorkerProcess, ending_in_words
from axone.playground.uploads import Uploads


@dataclass(frozen=True)
class Times:
    """How long a worker may say nothing, in seconds."""

    hang: float = limits.HANG_SECONDS
    start: float = limits.START_SECONDS


@dataclass(frozen=True)
class _Waiting:
    """A question that the worker has; `page` is who asked, `since` when."""

    page: Connection
    question: Question
    since: float


class Session:
    """What belongs together while `axone playground` runs.

    Parameters
    ----------
    folder : Path
        Of its own, for nobody else to read; removed by whoever made it.
    source : str or None
        DATA or RUN, as it was typed.
    show : callable
        Shows a line in the terminal.
    module : str
        The module that is the worker.
    times : Times

    Attributes
    ----------
    begun : bool
        Whether the first worker is ready, or has failed: the page may open.
    refused : str or None
        Why there is nothing to open, in the worker's words.
    """

    def __init__(
        self,
        folder: Path,
        source: str | None,
        show: Callable[[str], None],
        *,
        module: str = WORKER,
        times: Times | None = None,
    ) -> None:
        self.folder = folder
        self.uploads = Uploads(folder / "uploads")
        self.downloads = Downloads(folder)
        self.bucket = Bucket(limits.ASKED_PER_SECOND, limits.ASKED_AT_ONCE)
        self.begun = False
        self.refused: str | None = None
        self._source = source
        self._show = show
        self._module = module
        self._times = times or Times()
        self._design: Any = None
        self._page: Connection | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._frame: int | None = None
        self._asked = 0
        self._worker: WorkerProcess | None = None
        self._starts = Starts()
        self._wanted = asyncio.Event()
        self._worked = False
        self._fault: Message | None = None

    @property
    def waiting(self) -> int:
        """How many questions the worker has not answered."""
        return len(self._waiting)

    # The page

    def attach(self, page: Connection) -> None:
        """Let a page in; the one before is told and let go."""
        before, self._page = self._page, page
        self._frame = None
        if before is not None and not before.ended:
            before.text(json.dumps({"event": "elsewhere"}))
            before.end(ELSEWHERE, "another page took over")

    def detach(self, page: Connection) -> None:
        """Forget a page that has gone."""
        if self._page is page:
            self._page, self._frame = None, None

    def ask(self, page: Connection, question: Question) -> None:
        """Hand a question on to the worker, or refuse it in words."""
        if not self.bucket.take(time.monotonic()):
            page.end(TOO_MUCH, "too many messages")
        elif question.wrong is not None:
            _refuse(page, question, question.wrong.message)
        elif question.ask == "frame":
            self._ask_frame(page, question)
        elif self._has_too_many(page):
            _refuse(page, question, _("Too many questions at once: wait for the answers."))
        elif self._worker is None:
            self._wanted.set()
            _refuse(page, question, _("The training process is not running. Ask again shortly."))
        else:
            self._hand_on(page, question)

    def _has_too_many(self, page: Connection) -> bool:
        """Whether so many questions wait, the page's or of pages that went, that none is taken."""
        own = sum(each.page is page for each in self._waiting.values())
        return own >= limits.MOST_WAITING or self.waiting >= limits.MOST_WAITING_OF_ALL

    def _ask_frame(self, page: Connection, question: Question) -> None:
        # One at a time: the page that asks again before it came is slow, and need not be asked
        # for twice.
        if self._frame is None and self._worker is not None:
            self._frame = self._hand_on(page, question)

    def _hand_on(self, page: Connection, question: Question) -> int:
        self._asked += 1
        if question.ask != "frame":
            self._waiting[self._asked] = _Waiting(page, question, time.monotonic())
        assert self._worker is not None  # noqa: S101 — the callers have looked
        self._worker.send({**question.fields, "id": self._asked, "ask": question.ask})
        return self._asked

    # Files

    def uploaded(self, name: str) -> None:
        """Tell the worker of a file that was given."""
        if self._worker is not None:
            path = self.uploads.files()[name]
            self._worker.send({"internal": "uploaded", "name": name, "path": str(path)})

    # The worker

    async def run(self) -> None:
        """Keep a worker alive, until it is cancelled or the worker refuses what it was given."""
        try:
            while self.refused is None:
                await self._one_worker()
        finally:
            worker, self._worker = self._worker, None
            if self._page is not None:
                self._page.end(GOING, "the playground has ended")
            if worker is not None:
                await worker.end()

    async def _one_worker(self) -> None:
        """Start a worker, hand on what it says until it ends, and see to what becomes of it."""
        again = self._worked
        self._starts.note(time.monotonic())
        worker = await WorkerProcess.start(self._show_of_worker, self._module)
        self._worker, self._fault, self._worked = worker, None, True
        worker.send(
            {
                "internal": "begin",
                "source": self._source,
                "folder": str(self.folder),
                "language": language_in_use(),
                "design": self._design,
                "files": {name: str(path) for name, path in self._files().items()},
            }
        )
        if again:
            self._event(
                "worker", alive=True, words=str(_("The training process was started again."))
            )
        watching = asyncio.create_task(self._watch(worker))
        try:
            await self._listen(worker)
        finally:
            watching.cancel()
        self._worker = None
        status = await worker.end()
        self.begun = True
        if self.refused is None:
            await self._ended(self._fault or ending_in_words(status))

    def _files(self) -> dict[str, Path]:
        """Return the files that designs may name: those that were given, here or on the page."""
        given = Path(self._source or "")
        return ({given.name: given.resolve()} if given.is_file() else {}) | self.uploads.files()

    async def _listen(self, worker: WorkerProcess) -> None:
        """Hand on what a worker says, until its end; one that talks nonsense is killed."""
        try:
            while (packet := await worker.next()) is not None:
                if isinstance(packet, bytes):
                    self._frame = None
                    if self._page is not None:
                        self._page.frame(packet)
                else:
                    self._said(packet)
        except (PipeError, ValueError, RecursionError) as error:
            self._show(str(error))
            self._fault = _("what it said was not understood")
            worker.kill()

    async def _watch(self, worker: WorkerProcess) -> None:
        """Kill a worker that leaves a question unanswered and gives no sign."""
        while True:
            most = self._times.hang if worker.spoke else self._times.start
            await asyncio.sleep(min(1.0, most / 4))
            oldest = next(iter(self._waiting.values()), None)
            asked = oldest.since if oldest else (None if worker.spoke else worker.heard)
            if asked is not None and time.monotonic() - max(asked, worker.heard) > most:
                self._fault = _("it did not answer")
                worker.kill()
                return

    def _said(self, text: str) -> None:
        # JSON has no word for what is not finite: to a page it is null.
        said = json.loads(text, parse_constant=lambda _name: None)
        if not isinstance(said, dict):
            raise ValueError("a worker says objects")
        if "answer" in said:
            self._answered(said)
        elif "internal" in said:
            self._told(said)
        elif self._page is not None:
            self._page.text(json.dumps(said))

    def _answered(self, said: dict[str, Any]) -> None:
        number = said["answer"]
        waiting = self._waiting.pop(number, None) if isinstance(number, int) else None
        if waiting is None:
            return
        value = said.get("value")
        if "refused" not in said:
            self._learn(waiting.question, value)
        waiting.page.text(json.dumps({**said, "answer": waiting.question.id}))

    def _learn(self, question: Question, value: Any) -> None:
        """Remember the design that is good, and the language that is read."""
        if isinstance(value, dict):
            designed = value.get("designed", value)
            if isinstance(designed, dict) and isinstance(designed.get("design"), dict):
                self._design = designed["design"]
        language = question.fields.get("language")
        if question.ask in ("hello", "language") and isinstance(language, str):
            with contextlib.suppress(ConfigurationError):
                use_language(language)

    def _told(self, said: dict[str, Any]) -> None:
        """Note what the worker tells the server alone; a sign of life needs no note."""
        what = said["internal"]
        if what == "ready":
            self.begun = True
        elif what == "refused" and not self.begun:
            self.refused = str(said.get("words", ""))
            assert self._worker is not None  # noqa: S101 — it is who has just told
            self._worker.kill()
        elif what == "refused":
            self._show_of_worker(str(said.get("words", "")))
        elif what == "download":
            self.downloads.announce(
                str(said.get("id")), str(said.get("path")), str(said.get("name"))
            )

    async def _ended(self, how: Message) -> None:
        """Tell everybody, and wait where starting again and again does not help."""
        told = _("The training process has ended: {how}.", how=how)
        waiting, self._waiting, self._frame = self._waiting, {}, None
        for each in waiting.values():
            _refuse(each.page, each.question, told)
        again = self._starts.may_again(time.monotonic())
        if self._starts.last:
            self._design = None
        more = (
            _("It is being started again.")
            if again
            else _(
                "It ended {count} times within a minute and is not started again by itself; "
                "ask for something in a minute, or end the playground (Ctrl-C).",
                count=self._starts.count,
            )
        )
        self._show(f"{told} {more}")
        self._event("worker", alive=False, words=f"{told} {more}")
        if not again:
            await asyncio.sleep(self._starts.seconds_left(time.monotonic()))
            self._wanted.clear()
            await self._wanted.wait()

    def _show_of_worker(self, line: str) -> None:
        self._show(str(_("worker: {line}", line=line)))

    def _event(self, event: str, **fields: Any) -> None:
        if self._page is not None:
            self._page.text(json.dumps({"event": event, **fields}))


def _refuse(page: Connection, question: Question, words: Message) -> None:
    refused = {"place": "", "words": str(words)}
    page.text(json.dumps({"answer": question.id, "refused": refused}))
