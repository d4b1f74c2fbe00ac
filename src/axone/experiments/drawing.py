"""Pictures drawn by a second process, so that a small run does not wait for them.

Matplotlib takes longer to load than a small network to train. The run hands what is drawn over in
memory, through a pipe to a process of its own making, and goes on; that process writes the pictures
into the folder all at once, and only if the folder still holds that very run.
"""

import io
import pickle
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from axone.experiments.folder import HISTORY
from axone.experiments.preparation import Prepared
from axone.experiments.results import draw_pictures
from axone.files import write_atomically
from axone.messages import language_in_use, use_language
from axone.model import Model
from axone.training import TrainingResult

_MOST_BYTES = 2**26
"""A run of more data lasts so long that its pictures do not matter beside it: they are drawn at
once."""

_PROGRAM = (
    # Everything is read before anything is imported: who writes does not wait for that.
    "import sys; job = sys.stdin.buffer.read(); "
    "from axone.experiments.drawing import carry_out; carry_out(job)"
)


def draw_by_another_process(
    prepared: Prepared, result: TrainingResult, model: Model, folder: Path
) -> subprocess.Popen[bytes] | None:
    """Let a second process draw the pictures of a run, and return it; None where they are drawn.

    Where there is much data, or no process to be had, they are drawn before this returns.
    """
    job = io.BytesIO()
    content = (language_in_use(), prepared, result, model, folder.resolve())
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
        draw_pictures(prepared, result, model, folder)
        return None
    return process


def carry_out(job: bytes) -> None:
    """Draw what another process of this program handed over."""
    content: Any = pickle.loads(job)  # noqa: S301 — from the process that started this one
    language, prepared, result, model, folder = content
    use_language(language.replace("-", "_"))
    before = _digest(folder)
    with TemporaryDirectory(prefix="axone-") as place:
        drawn = Path(place)
        draw_pictures(prepared, result, model, drawn)
        pictures = {path.name: path.read_bytes() for path in sorted(drawn.iterdir())}
    # Somebody may have taken the folder away meanwhile, or trained another run into it.
    if before is not None and _digest(folder) == before:
        for name, picture in pictures.items():
            write_atomically(folder / name, picture)


def _digest(folder: Path) -> tuple[int, int] | None:
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
