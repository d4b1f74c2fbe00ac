"""A playground whose worker is a stand-in, on a real port: `served`, and a page's ways into it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

import axone as package
from axone.interruption import Interruption
from axone.playground import serving
from axone.playground.guard import Address, Guard
from axone.playground.keys import Keys
from axone.playground.server import application
from axone.playground.session import Session, Times

HERE = Path(__file__).parent
WAIT = 30
"""Seconds in which anything happens on the slowest machine."""

PROGRAM = """
from axone.cli import main
from axone.playground import serving
serving.serve.__kwdefaults__["worker"] = "fake_worker"
main()
"""


@pytest.fixture(scope="module", autouse=True)
def _processes_run_this_package():
    found = (str(Path(package.__file__).parents[1]), str(HERE), os.environ.get("PYTHONPATH", ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, found)))
        yield


class Page:
    """What a page does over its WebSocket."""

    def __init__(self, socket):
        self.socket = socket
        self.asked = 0
        self.events = []
        self.frames = []

    def send(self, ask, **fields):
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "ask": ask, **fields}))
        return self.asked

    def next(self):
        received = self.socket.recv(timeout=WAIT)
        return received if isinstance(received, bytes) else json.loads(received)

    def answer(self, number):
        while True:
            received = self.next()
            if isinstance(received, bytes):
                self.frames.append(received)
            elif received.get("answer") == number:
                return received
            else:
                self.events.append(received)

    def ask(self, ask, **fields):
        return self.answer(self.send(ask, **fields))

    def value(self, ask, **fields):
        return self.ask(ask, **fields)["value"]

    def event(self, name, **fields):
        while True:
            received = self.next()
            if isinstance(received, dict) and received.get("event") == name:
                if fields.items() <= received.items():
                    return received
            else:
                self.events.append(received)


class Served:
    """A playground that runs in a thread."""

    def __init__(self, folder, *, source=None, password=None, host="127.0.0.1", times=None):
        self.folder = folder
        self.shown, self.announced = [], []
        self._asked = Interruption()
        self._ready = threading.Event()
        self._given = source, password, host, times
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(WAIT)
        self.origin = f"http://127.0.0.1:{self.port}"
        self._pages = ExitStack()

    async def _run(self):
        source, password, host, times = self._given
        with serving._listening(host, 0) as listening:
            self.port = listening.getsockname()[1]
            address = Address(host, self.port)
            self.keys = Keys(self.port, password)
            self.session = Session(
                self.folder, source, self.shown.append, module="fake_worker", times=times
            )
            page = self.folder.parent / "page"
            app = application(self.session, page if page.is_dir() else None)
            guarded = Guard(app, self.keys, address, self.announced.append)
            try:
                await serving._serve(guarded, self.session, listening, self._asked, self._ready.set)
            finally:
                self._ready.set()

    @property
    def cookie(self):
        return f"{self.keys.cookie_name}={self.keys.cookie}"

    def client(self, **headers):
        return httpx.Client(base_url=self.origin, headers=headers, timeout=WAIT, trust_env=False)

    def known(self):
        return self.client(cookie=self.cookie, origin=self.origin)

    def page(self, max_queue=16, **headers):
        given = {"Cookie": self.cookie, "Origin": self.origin} | headers
        origin = given.pop("Origin")
        connecting = connect(
            f"ws://127.0.0.1:{self.port}/talk",
            origin=origin,
            additional_headers={name: value for name, value in given.items() if value},
            proxy=None,
            max_size=None,
            max_queue=max_queue,
            open_timeout=WAIT,
        )
        return Page(self._pages.enter_context(connecting))

    def end(self):
        self._pages.close()
        self._asked.signal = signal.SIGINT
        self._thread.join(WAIT)
        assert not self._thread.is_alive()


@pytest.fixture
def serve(tmp_path):
    """Start playgrounds of any kind."""
    running = []

    def start(**settings):
        folder = tmp_path / f"session{len(running)}"
        folder.mkdir()
        running.append(Served(folder, **settings))
        return running[-1]

    yield start
    for each in running:
        each.end()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A playground that the tests of a file share: for those that leave it as it was."""
    folder = tmp_path_factory.mktemp("shared") / "session"
    folder.mkdir()
    running = Served(folder)
    yield running
    running.end()


@pytest.fixture
def served(serve):
    """A playground as it is on this machine alone."""
    return serve()


@pytest.fixture
def impatient(serve):
    """A playground that takes a worker for hung after a second."""
    return serve(times=Times(hang=1.0, start=20.0))


@pytest.fixture
def start(tmp_path):
    """Start `axone playground` as a process of its own, whose folder of temporary files is ours."""
    (tmp_path / "temporary").mkdir()
    processes = []

    def process(*words):
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "playground", *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
            )
        )
        return processes[-1]

    yield process
    for each in processes:
        each.kill()
        each.wait()
        for stream in (each.stdout, each.stderr):
            stream.close()
