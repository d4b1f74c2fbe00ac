"""The worker answers, learns and paints, and no mistake in either ends it."""

import json
import os
import queue
import threading

import pytest

from axone.playground import pipe, worker
from axone.playground.attempts import Attempt
from axone.playground.frames import decode
from axone.playground.worker import Worker

WAIT = 60


class Server:
    """The other side of a worker that runs in a thread of this process."""

    def __init__(self, folder, **begin):
        into, to_worker = os.pipe()
        from_worker, out = os.pipe()
        self._writing, self._reading = os.fdopen(to_worker, "wb"), os.fdopen(from_worker, "rb")
        self._theirs = os.fdopen(into, "rb"), os.fdopen(out, "wb")
        self.said, self.frames, self._asked = queue.Queue(), queue.Queue(), 0
        self.worker = Worker(*self._theirs)
        self.thread = threading.Thread(target=self.worker.work, daemon=True)
        self.thread.start()
        threading.Thread(target=self._listen, daemon=True).start()
        self.tell(internal="begin", folder=str(folder), **begin)

    def tell(self, **message):
        pipe.write(self._writing, json.dumps(message))

    def _listen(self):
        while (packet := pipe.read(self._reading)) is not None:
            (self.said if isinstance(packet, str) else self.frames).put(packet)

    def next(self, **wanted):
        """Return the next message that says this, whatever comes before it."""
        while True:
            said = json.loads(self.said.get(timeout=WAIT))
            if wanted.items() <= said.items():
                return said

    def ask(self, name, **fields):
        self._asked += 1
        self.tell(id=self._asked, ask=name, **fields)
        said = self.next(answer=self._asked)
        return said["refused"] if "refused" in said else said["value"]

    def frame(self):
        self.tell(id=0, ask="frame")
        return decode(self.frames.get(timeout=WAIT))

    def end(self):
        self._writing.close()
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


@pytest.fixture
def serve(tmp_path):
    """Start workers, and see that each ends when nobody writes to it any more."""
    started = []

    def start(**begin):
        started.append(Server(tmp_path, **begin))
        return started[-1]

    yield start
    for server in started:
        server.end()


def test_it_says_when_it_is_ready_and_greets_with_all_that_a_page_needs(serve):
    server = serve()
    server.next(internal="ready")
    told = server.ask("hello", language="fr")
    assert told["language"] == "fr"
    assert told["words"]["core.data"] == "Données"
    assert told["state"]["epoch"] == 0
    assert told["runs"] == []
    assert server.ask("language", language="en")["words"]["core.data"] == "Data"


def test_it_learns_until_the_epoch_that_is_asked_for_and_says_that_it_rests(serve):
    server = serve(source="iris")
    server.next(internal="ready")
    server.ask("pace", epochs_per_second=None)
    assert server.ask("epoch")["state"]["epoch"] in (0, 1)
    design = server.ask("hello")["designed"]["design"] | {"training": {"epochs": 30}}
    server.ask("design", design=design)
    assert server.ask("play")["state"]["running"]
    state = server.next(event="state")["state"]
    assert (state["epoch"], state["running"]) == (30, False)
    assert server.frame().arrays["curve.epoch"][-1] == 30


def test_a_question_that_nobody_knows_and_a_mistake_of_ours_are_told_in_words(
    serve, monkeypatch, capfd
):
    def mistaken(_bench, _fields):
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setitem(worker.answers(), "mistaken", mistaken)
    server = serve()
    assert "whatever" in server.ask("whatever")["words"]
    assert "mistake of Axone's" in server.ask("mistaken")["words"]
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert server.ask("pause")["state"]["epoch"] == 0


def test_a_refusal_names_the_setting_that_is_at_fault(serve):
    server = serve()
    design = server.ask("hello")["designed"]["design"]
    refused = server.ask("design", design=design | {"training": {"l2": -1}})
    assert refused["place"] == "training.l2"
    assert refused["words"].startswith("Input should")


@pytest.mark.parametrize(
    ("error", "words"),
    [(ValueError("a mistake of ours"), "mistake of Axone's"), (MemoryError(), "not enough memory")],
)
def test_a_failure_in_a_lap_stops_the_run_and_not_the_worker(
    serve, monkeypatch, capfd, error, words
):
    server = serve()
    server.next(internal="ready")

    def fail(_attempt, _until=None):
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(Attempt, "lap", fail)
        server.ask("play")
        assert words in server.next(event="note")["words"]
        assert not server.next(event="state")["state"]["running"]
    assert ("a mistake of ours" in capfd.readouterr().err) is (type(error) is ValueError)
    assert server.ask("step")["state"]["step"] == 1
    assert server.frame().header["state"]["step"] == 1


@pytest.mark.parametrize("error", [ValueError("a mistake of ours"), RecursionError()])
def test_what_cannot_be_begun_with_gives_way_to_the_first_design(serve, monkeypatch, error):
    def fail(_bench, _source):
        raise error

    monkeypatch.setattr(worker, "begin", fail)
    server = serve(source="iris")
    assert "mistake of Axone's" in server.next(internal="refused")["words"]
    server.next(internal="ready")
    assert server.ask("hello")["designed"]["data"]["name"] == "spirals"


def test_it_ends_where_what_it_reads_is_no_message(serve, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)
    server = serve()
    server.next(internal="ready")
    server._writing.write(b"nonsense")
    server._writing.flush()
    server.thread.join(WAIT)
    assert not server.thread.is_alive()
