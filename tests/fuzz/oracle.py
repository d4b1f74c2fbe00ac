"""What may come of a try: nothing, or one of Axone's errors; in bounded time and memory."""

import contextlib
import gc
import resource
import signal
import traceback
import warnings

from sklearn.exceptions import ConvergenceWarning
from typer.testing import CliRunner

from axone.cli import app
from axone.errors import AxoneError

SECONDS = 20
"""Of the processor, for a try; a good one takes milliseconds."""

WAITED = 120
"""Seconds by the clock: what sleeps for ever uses no processor. On a machine that has other work
the first comparison, which imports PyTorch and scikit-learn, took more than twenty."""

MEBIBYTES = 1500
"""That a try may add to what the process ever had: networks of a million units are allowed."""

ALLOWED_STATUSES = (0, 2, 3)

LONGEST_OUTPUT = 20_000
"""Characters of the errors of a command: ten mistakes, each with all that is allowed there."""


class Hang(BaseException):
    """The time is over; no handler of exceptions stops it."""


class Finding(AssertionError):  # noqa: N818 — what is found need not be an error
    """What should not have come."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}\n{text}")
        self.kind = kind


class _Alarm:
    """The clock of a try; it rings no more once the try is over."""

    CLOCKS = (
        (signal.SIGPROF, signal.ITIMER_PROF, SECONDS),
        (signal.SIGALRM, signal.ITIMER_REAL, WAITED),
    )

    def __init__(self):
        self.set = True
        self.earlier = [signal.signal(number, self.ring) for number, _timer, _most in self.CLOCKS]
        for _number, timer, most in self.CLOCKS:
            signal.setitimer(timer, most)

    def ring(self, *_signal):
        """End the try."""
        if self.set:
            self.set = False
            raise Hang

    def stop(self):
        """Ring no more."""
        self.set = False
        for (number, timer, _most), earlier in zip(self.CLOCKS, self.earlier, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, earlier)


@contextlib.contextmanager
def watched(*also):
    """Run a try: what is raised, but Axone's errors and those `also` allowed, is a finding."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    alarm = _Alarm()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # What a fit tells its user of his settings is no slip of ours.
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("ignore", ConvergenceWarning)
            yield
    except (AxoneError, *also) as error:
        text = str(error)
        if len(text) > LONGEST_OUTPUT:
            raise Finding(f"a message of {len(text)} characters", text[:500]) from error
    except Finding:
        raise
    except Hang as error:
        raise Finding(
            f"no end after {SECONDS} s {_place(error)}", traceback.format_exc()
        ) from error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        kind = f"{type(error).__name__}: {str(error)[:80]!r} {_place(error)}"
        raise Finding(kind, traceback.format_exc()[-3000:]) from error
    finally:
        alarm.stop()
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if added > MEBIBYTES:
        gc.collect()
        raise Finding(f"{added:.0f} MiB of memory", "")


def command(*words):
    """Run a command in this process; a traceback, a wrong status, a flood of words are findings."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        raise error
    if result.exit_code not in ALLOWED_STATUSES:
        raise Finding(f"exit status {result.exit_code}", result.output)
    if "Traceback" in result.output:
        raise Finding("a traceback", result.output)
    if len(result.stderr) > LONGEST_OUTPUT:
        raise Finding(f"{len(result.stderr)} characters of errors", result.stderr[:500])
    for sign in ("\x1b[31m", "\u202e"):
        if sign in result.stderr:
            raise Finding(f"the control character {sign!r} on the terminal", result.stderr[-500:])
    if result.exit_code == 2 and not result.stderr.strip():
        raise Finding("refused without a word", result.output)
    return result


def _place(error):
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/axone/" in frame.filename] or frames
    return f"at {ours[-1].filename.rpartition('/axone/')[2]}:{ours[-1].lineno}"
