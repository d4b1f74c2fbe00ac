"""The server's hand on one page: what is on its way to it, and the end of it.

Texts wait in a row, of bounded length; of frames only the latest waits, for a picture that is late
is worth nothing. A page that does not read is let go.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from axone.playground.limits import MOST_UNREAD

ELSEWHERE, BAD_DATA, BINARY, TOO_MUCH, SLOW, GOING = 4001, 1007, 1003, 1008, 1013, 1001
"""Why a connection is closed, in the protocol's numbers; 4001 is ours: another page took over."""


class Socket(Protocol):
    """What is needed of a WebSocket; Starlette's is one."""

    async def send_text(self, data: str) -> None:
        """Send a text, and wait where there is no room on the way."""

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes likewise."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close it."""


@dataclass(frozen=True)
class _End:
    code: int
    reason: str


class Connection:
    """One page that is connected.

    Attributes
    ----------
    ending : asyncio.Event
        Set once nothing more is taken for it.
    """

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._texts: deque[str] = deque()
        self._frame: bytes | None = None
        self._end: _End | None = None
        self._more = asyncio.Event()
        self.ending = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing more is taken for it."""
        return self._end is not None

    def text(self, text: str) -> None:
        """Send a text, after those before it."""
        if self.ended:
            return
        if len(self._texts) >= MOST_UNREAD:
            self._texts.clear()
            self.end(SLOW, "the page does not read")
            return
        self._texts.append(text)
        self._more.set()

    def frame(self, frame: bytes) -> None:
        """Send a frame; one that still waits is dropped for it."""
        if not self.ended:
            self._frame = frame
            self._more.set()

    def end(self, code: int, reason: str = "") -> None:
        """Close it once the texts are sent; the frame is dropped."""
        if self._end is None:
            self._end, self._frame = _End(code, reason), None
            self._more.set()
            self.ending.set()

    async def send(self) -> None:
        """Send what there is, until the end was sent; the one task that writes."""
        while True:
            await self._more.wait()
            self._more.clear()
            while self._texts:
                await self._socket.send_text(self._texts.popleft())
            if self._frame is not None:
                frame, self._frame = self._frame, None
                await self._socket.send_bytes(frame)
            if self._end is not None and not self._texts:
                await self._socket.close(self._end.code, self._end.reason)
                return
            if self._texts or self._frame is not None:
                self._more.set()
