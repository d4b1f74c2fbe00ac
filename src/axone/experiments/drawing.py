"""What people look at, pictures and the report: drawn at once, or by a second process.

A small run does not wait for them: Matplotlib takes longer to load than a small network to train.
The run hands what is drawn over in memory, through a pipe to a process of its own making, and goes
on; that process writes into the folder all at once, and only if it still holds that very run.
"""

import contextlib
import io
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from axone.errors import AxoneError
from axone.experiments.folder import DARK, DRAWING_LOG, HISTORY, INTERVALS, PAGE
from axone.experiments.intervals import score_intervals
from axone.experiments.preparation import Prepared
from axone.experiments.results import draw_pictures
from axone.experiments.run_report import as_page, read_run
from axone.files import json_text, write_atomically
from axone.messages import language_in_use, use_language
from axone.model import Model
from axone.training import TrainingResult

Drawing: TypeAlias = Callable[[Prepared, TrainingResult, Model, Path], object]
"""What draws a run: `draw_at_once`, `draw_by_another_process`, or nobody."""

_MOST_BYTES = 2**26
"""A run of more data lasts so long that its pictures do not matter beside it: they are drawn at
once."""

_PROGRAM = (
    # Everything is read before anything is imported: who writes does not wait for that.
    "import sys; job = sys.stdin.buffer.read(); "
    "from axone.experiments.drawing import carry_out; carry_out(job)"
)


def draw_at_once(prepared: Prepared, result: TrainingResult, model: Model, folder: Path) -> None:
    """Draw the pictures of a run into its folder, and write the report of what is there.

    Parameters
    ----------
    prepared : Prepared
        Of its last part, those rows whose outputs are finite.
    result : TrainingResult
    model : Model
    folder : Path
        Which holds everything else already.
    """
    _draw(prepared, result, model, folder, folder)


def _draw(
    prepared: Prepared, result: TrainingResult, model: Model, folder: Path, into: Path
) -> None:
    """Draw a run whose folder is `folder` into another one."""
    draw_pictures(prepared, result, model, into)
    draw_dark(prepared, result, model, into)
    intervals = score_intervals(prepared, model)
    if intervals:
        write_atomically(into / INTERVALS, (json_text(intervals, indent=1) + "\n").encode())
    write_atomically(into / PAGE, as_page([read_run(folder, drawn=into)]).encode())


def draw_dark(prepared: Prepared, result: TrainingResult, model: Model, folder: Path) -> None:
    """Draw the pictures of a run once more, on dark ground, into a folder of their own."""
    from axone.plots import use_theme

    dark = folder / DARK
    dark.mkdir(exist_ok=True)
    with use_theme("dark"):
        draw_pictures(prepared, result, model, dark)
    with contextlib.suppress(OSError):
        dark.rmdir()  # refused unless there was nothing to draw


def draw_by_another_process(
    prepared: Prepared, result: TrainingResult, model: Model, folder: Path
) -> subprocess.Popen[bytes] | None:
    """Let a second process draw the pictures of a run, and return it; None where they are drawn.

    Where there is much data, or no process to be had, they are drawn before this returns.
    """
    job = io.BytesIO()
    state = _state_of(folder)
    content = (language_in_use(), state, prepared, result, model, folder.resolve())
    try:
        pickle.dump(content, _Bounded(job), protocol=5)
        process = subprocess.Popen(  # noqa: S603 — this Python, and words of this file
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C and the end of the terminal are for the run, which has ended by then.
            start_new_session=True,
        )
        assert process.stdin is not None  # noqa: S101 — a pipe was asked for
        with process.stdin as pipe:
            pipe.write(job.getbuffer())
    except (OSError, ValueError, TypeError, AttributeError, pickle.PicklingError):
        draw_at_once(prepared, result, model, folder)
        return None
    return process


def carry_out(job: bytes) -> None:
    """Draw what another process of this program handed over."""
    content: Any = pickle.loads(job)  # noqa: S301 — from the process that started this one
    language, before, prepared, result, model, folder = content
    use_language(language.replace("-", "_"))

    def is_still_there() -> bool:
        """Somebody may have taken the folder away meanwhile, or trained another run into it."""
        return before is not None and _state_of(folder) == before

    with TemporaryDirectory(prefix="axone-") as place:
        drawn = Path(place)
        try:
            _draw(prepared, result, model, folder, drawn)
        except Exception as error:
            if is_still_there():
                # Nobody sees what this process says.
                told = "".join(traceback.format_exception(error))
                write_atomically(folder / DRAWING_LOG, told.encode())
                raise
            if not isinstance(error, AxoneError):
                raise
        files = {
            path.relative_to(drawn): path.read_bytes()
            for path in sorted(drawn.rglob("*"))
            if path.is_file()
        }
    if is_still_there():
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            write_atomically(folder / name, content)


def _state_of(folder: Path) -> tuple[int, int] | None:
    """Return what tells a run's history from every other: its file, and when it was written."""
    try:
        found = (folder / HISTORY).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class _Bounded:
    """A file that refuses to grow beyond what is worth handing over."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file

    def write(self, content: Any) -> int:
        """Write, unless that is too much."""
        if self._file.tell() + memoryview(content).nbytes > _MOST_BYTES:
            raise ValueError
        return self._file.write(content)
