"""The result folder of the run as it stands, as `axone train` leaves one, in a zip.

The same functions write it that write the folder of a run on the command line. What takes seconds,
the pictures and the diagnosis, is left out: `axone diagnose FOLDER` works the latter out.
"""

import time
import zipfile
from dataclasses import replace
from pathlib import Path

from axone.experiments.folder import CHECKPOINT, PAGE
from axone.experiments.results import write_early
from axone.experiments.run_report import as_page, read_run
from axone.experiments.running import leave
from axone.files import write_atomically, written_whole
from axone.messages import Message, _
from axone.playground.bench import Bench
from axone.playground.standing import Standing, standing
from axone.training import History, TrainingResult
from axone.training.checkpoint import save_checkpoint
from axone.training.run import epochs_are_done

MOST_ROWS_BYTES = 64 * 2**20
"""Of a file given to the page that is put into the folder, so that the run can be made again."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The only time that every zip can hold: the same run gives the same bytes."""


def write_folder(bench: Bench, folder: Path) -> tuple[Message, ...]:
    """Write the run of a bench as it stands into a folder that is not there yet.

    Returns
    -------
    tuple of Message
        What the folder cannot say, or lacks.
    """
    started, stands = time.perf_counter(), standing(bench)
    folder.mkdir(parents=True)
    write_early(stands.prepared, folder)
    notes = list(stands.notes)
    result = _result(bench, stands)
    reason = bench.design.trainer.engine_reason
    leave(stands.prepared, result, reason, folder, started=started, draw=_page_alone)
    if stands.epoch == bench.run.state.epoch:
        # With it `axone train FOLDER --resume --epochs …` goes on from here.
        save_checkpoint(
            replace(result.final, fingerprint=bench.attempt.fingerprint()), folder / CHECKPOINT
        )
    if stands.upload is not None:
        path = bench.sources.files[stands.upload]
        if path.is_file() and path.stat().st_size <= MOST_ROWS_BYTES:
            write_atomically(folder / stands.upload, path.read_bytes())
        else:
            notes.append(_("Put the file {name} into the folder.", name=stands.upload))
    return tuple(notes)


def zipped(folder: Path, path: Path) -> None:
    """Pack a folder, under its own name; the same files make the same bytes."""
    with written_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for found in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = (Path(folder.name) / found.relative_to(folder)).as_posix()
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, found.read_bytes())


def _result(bench: Bench, stands: Standing) -> TrainingResult:
    """Return what the run would leave if its epochs were those that are done."""
    result, epoch = bench.result(), stands.epoch
    seen = History({name: column[:epoch] for name, column in result.history.items()})
    looked_back = epoch != bench.run.state.epoch
    return replace(
        result,
        parameters=bench.parameters(),
        history=seen,
        best_epoch=epoch,
        steps=int(seen["step"][-1]) if looked_back and epoch else result.steps,
        # A run that is under way has come to no end that a diagnosis could judge.
        stopped_by="stopped",
        reason=epochs_are_done(epoch) if not result.diverged else result.reason,
    )


def _page_alone(_prepared: object, _result: object, _model: object, folder: Path) -> None:
    """Write the report without pictures."""
    write_atomically(folder / PAGE, as_page([read_run(folder)]).encode())
