"""`serve`: a port, a folder, a worker and uvicorn in this very process, until Ctrl-C."""

import asyncio
import contextlib
import errno
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from axone.checks import check_integer
from axone.errors import ConfigurationError
from axone.interruption import Interruption, interruption
from axone.messages import Message, _, as_message, language_in_use, use_language
from axone.playground import limits
from axone.playground.guard import Address, Guard, is_loopback
from axone.playground.keys import Keys
from axone.playground.process import WORKER
from axone.playground.server import application
from axone.playground.session import Session
from axone.shown import visible


def serve(
    source: str | None = None,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    password: str | None = None,
    browser: bool = True,
    announce: Callable[[str], None] | None = None,
    show: Callable[[str], None] | None = None,
    worker: str = WORKER,
) -> signal.Signals | None:
    """Serve the playground until Ctrl-C or SIGTERM.

    Parameters
    ----------
    source : str, optional
        A dataset, a data file or a result folder to begin with.
    port : int
        0 for a free one.
    host : str
        Where it listens: this machine alone, or an address of it that others see, too.
    password : str, optional
        For others; needed with such a host.
    browser : bool
        Open the page.
    announce, show : callable, optional
        Print an address, and a line of what happens; default to standard output and error.
    worker : str
        The module that the worker runs.

    Returns
    -------
    signal.Signals or None
        What ended it.

    Raises
    ------
    ConfigurationError
        The port is taken, the host is not here or needs a password, or the worker cannot begin with
        the source.
    """
    check_integer("port", port, at_least=0, at_most=65535)
    if not is_loopback(host) and len(password or "") < limits.PASSWORD_CHARACTERS:
        raise ConfigurationError(
            _(
                "Other machines see {host}: that needs a password of at least {least} characters.",
                host=host,
                least=limits.PASSWORD_CHARACTERS,
            )
        )
    language = language_in_use()
    tell, note = _quiet(announce or _printer(sys.stdout)), _quiet(show or _printer(sys.stderr))
    with (
        interruption() as asked,
        _hangup(),
        _listening(host, port) as listening,
        _own_folder() as folder,
    ):
        address = Address(host, listening.getsockname()[1])
        keys = Keys(address.port, password)

        def ready() -> None:
            url = address.url(keys.token)
            tell(url)
            note(str(_("Open this address in your browser; Ctrl-C ends the playground.")))
            if browser:
                # Some browsers hold on to whoever opened them until they are closed.
                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()

        async def serving() -> None:
            session = Session(folder, source, note, module=worker)
            app = Guard(application(session), keys, address, tell)
            await _serve(app, session, listening, asked, ready)

        try:
            asyncio.run(serving())
        finally:
            # The page has chosen another, perhaps.
            use_language(language)
    return asked.signal


class _Protocol(H11Protocol):
    """uvicorn's, that ends a connection on which no request comes."""

    # uvicorn's own class narrows asyncio's type of the transport, and so must this one.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(limits.SILENT_SECONDS, self._end_if_silent)

    def _end_if_silent(self) -> None:
        # A WebSocket has taken the transport over, and is no business of ours any more.
        if self.cycle is None and self.transport.get_protocol() is self:
            self.transport.close()


class _Server(uvicorn.Server):
    """uvicorn, whose signals are ours, and that is asked now and then whether it is to end."""

    def __init__(self, config: uvicorn.Config, look: Callable[[], bool]) -> None:
        super().__init__(config)
        self._look = look

    # uvicorn writes a generator there, and uses it as what it makes: a context manager.
    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._look()


async def _serve(
    app: ASGIApp,
    session: Session,
    listening: socket.socket,
    asked: Interruption,
    ready: Callable[[], None],
) -> None:
    """Run server and session until either ends, and end the other."""
    working = asyncio.create_task(session.run())
    opening = time.monotonic() + limits.OPENING_SECONDS
    told = False

    def look() -> bool:
        nonlocal told
        ends = asked() or working.done() or session.refused is not None
        # Who opens the page at once would wait for the worker there, or be told of a mistake in
        # the command after a page was opened for nothing.
        if not told and not ends and (session.begun or time.monotonic() > opening):
            told = True
            ready()
        return ends

    server = _Server(configuration(app), look)
    try:
        await server.serve([listening])
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    if session.refused is not None:
        raise ConfigurationError(as_message(session.refused))


def configuration(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves it."""
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws_max_size=limits.TEXT_BYTES,
        ws_per_message_deflate=False,  # within one machine it costs more than it saves
        limit_concurrency=limits.MOST_CONNECTIONS,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=limits.HEADER_BYTES,
    )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take a port, or say in words why it cannot be had."""
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ConfigurationError(_("{host} is no address of this machine.", host=host)) from error
    with socket.socket(family, kind, protocol) as taken:
        if sys.platform != "win32":
            # A port that was served a moment ago is free at once; on Windows this would let two
            # programs have one port.
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(where)
            taken.listen()
        except OSError as error:
            raise ConfigurationError(_why_not(error, host, port)) from error
        yield taken


def _why_not(error: OSError, host: str, port: int) -> Message:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Another program has port {port}. Leave --port out for a free one, or name another.",
            port=port,
        )
    if error.errno == errno.EACCES:
        return _("The system gives port {port} to nobody: name one from 1024 on.", port=port)
    if error.errno == errno.EADDRNOTAVAIL:
        return _("{host} is no address of this machine.", host=host)
    return _("Port {port} cannot be had: {reason}.", port=port, reason=error.strerror)


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """Make a folder that nobody else reads, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="axone-playground-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _hangup() -> Iterator[None]:
    """Take a terminal that is closed for SIGTERM: what is in the folder goes with it."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(hangup)
    if before == signal.SIG_DFL:  # `nohup` has it ignored
        signal.signal(hangup, signal.getsignal(signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(hangup, signal.SIG_DFL if before is None else before)


def _printer(stream: TextIO) -> Callable[[str], None]:
    def show(line: str) -> None:
        stream.write(visible(line) + "\n")
        stream.flush()

    return show


def _quiet(show: Callable[[str], None]) -> Callable[[str], None]:
    """Return what prints, and goes on where the terminal, or the end of a pipe, is gone."""

    def quietly(line: str) -> None:
        with contextlib.suppress(OSError):
            show(line)

    return quietly
