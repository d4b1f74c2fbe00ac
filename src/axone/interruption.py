"""Ctrl-C and SIGTERM as polite requests: the batch in hand is finished and everything is saved."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What asks a run to end: Ctrl-C, and what a shutdown or a batch system sends."""


class Interruption:
    """The question "was it asked to end?", and by which signal.

    Attributes
    ----------
    signal : signal.Signals or None
        None until it was.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def __call__(self) -> bool:
        """Answer the question."""
        return self.signal is not None


_active: Interruption | None = None
"""That of the main thread, where it is within `interruption`."""


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Yield a question, "was Ctrl-C pressed, or SIGTERM received?", for the time of a run.

    A second signal ends the process at once: Ctrl-C by KeyboardInterrupt, SIGTERM by SystemExit
    with the status 143. Within another such block the question is that block's. Python handles
    signals in the main thread alone: in another thread the question is that of the block which
    the main thread is in, so that Ctrl-C reaches every fit, and without one the answer is no.
    """
    global _active  # noqa: PLW0603 — the process has one set of signal handlers
    if _active is not None or threading.current_thread() is not threading.main_thread():
        yield _active or Interruption()
        return
    asked = Interruption()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if asked.signal is None:
            asked.signal = signal.Signals(number)
        else:
            raise leave(signal.Signals(number))

    before = {number: signal.signal(number, on_signal) for number in SIGNALS}
    _active = asked
    try:
        yield asked
    finally:
        _active = None
        for number, handler in before.items():
            # None: set by other code than Python's, which cannot be given back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def leave(number: signal.Signals) -> BaseException:
    """Return what ends a process as that signal would: to be raised."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(exit_status(number))


def exit_status(number: int) -> int:
    """Return what a process that a signal ended answers its shell: 130, 143."""
    return 128 + number


def signal_name(question: Callable[[], bool]) -> str:
    """Return what asked a run to end, for its reason: ``"Ctrl-C"``."""
    terminated = getattr(question, "signal", None) == signal.SIGTERM
    return "SIGTERM" if terminated else "Ctrl-C"
