"""A run saved half way: every number that its future depends on, in one safetensors file.

It is written to a temporary file and renamed, so that a killed run leaves the last complete one.
"""

import dataclasses
import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.bounds import LARGEST_SEED
from axone.engines import EpochTotals, RunState
from axone.errors import ModelFileError
from axone.files import read_tensors, write_tensors
from axone.messages import _, all_of
from axone.parameters import Parameters
from axone.training.history import History

_FORMAT = "axone-checkpoint-1"


@dataclass
class Checkpoint:
    """What is saved.

    Attributes
    ----------
    fingerprint : str
        Of the recipe and the data; a run is only continued as the run that it was.
    state : RunState
    best : Parameters
        The best weights so far.
    best_epoch : int
        0 before the first epoch.
    history : History
    seconds : float
        Spent so far.
    """

    fingerprint: str
    state: RunState
    best: Parameters
    best_epoch: int
    history: History
    seconds: float


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint, replacing an older one only when it is complete."""
    state = checkpoint.state
    tensors: dict[str, FloatArray] = {
        "parameters": state.parameters.vector,
        "buffers": state.parameters.buffers,
        "best.parameters": checkpoint.best.vector,
        "best.buffers": checkpoint.best.buffers,
        "losses": np.asarray(state.losses, dtype=np.float64),
    }
    tensors |= {f"slot.{name}": vector for name, vector in state.slots.items()}
    tensors |= {
        f"history.{name}": np.asarray(column) for name, column in checkpoint.history.items()
    }
    metadata = {
        "format": _FORMAT,
        "fingerprint": checkpoint.fingerprint,
        "position": json.dumps([state.epoch, state.batch, state.step]),
        # float.hex keeps every bit.
        "totals": json.dumps(_exact(dataclasses.asdict(state.totals))),
        "columns": json.dumps(list(checkpoint.history)),
        "best_epoch": str(checkpoint.best_epoch),
        "learning_rate": float(state.learning_rate).hex(),
        "seconds": str(checkpoint.seconds),
    }
    write_tensors(path, tensors, metadata)


def load_checkpoint(path: Path, like: RunState, fingerprints: Collection[str]) -> Checkpoint:
    """Read a checkpoint of a run whose fresh state is `like`.

    Parameters
    ----------
    path : Path
    like : RunState
    fingerprints : collection of str
        Of the run, in every form that has been written.

    Raises
    ------
    ModelFileError
        Damaged, foreign, or of a run with other settings or data.
    """
    metadata, tensors = read_tensors(path, _("checkpoint"))
    if metadata.get("format") != _FORMAT:
        raise ModelFileError(_("{path} is not a checkpoint of Axone's.", path=path))
    if like.slots and not any(name.startswith("slot.") for name in tensors):
        raise ModelFileError(
            _(
                "{path} holds nothing that the optimizer remembers: it is of a run with another "
                "optimizer, or of one of L-BFGS that an earlier version wrote. Start a new run.",
                path=path,
            )
        )
    if metadata.get("fingerprint") not in fingerprints:
        raise ModelFileError(
            _(
                "{path} belongs to a run with other settings or other data: only the number of "
                "epochs may change when a run is resumed. Give the same settings, or start a "
                "new run.",
                path=path,
            )
        )
    try:
        return _rebuild(metadata, tensors, like)
    # A checksum that is right does not make the words a stranger's file holds right.
    except Exception as error:
        raise ModelFileError(
            _("{path} is a damaged checkpoint: {error}", path=path, error=error)
        ) from error


def _rebuild(
    metadata: dict[str, str], tensors: dict[str, FloatArray], like: RunState
) -> Checkpoint:
    layout = like.parameters.layout
    epoch, batch, step = (int(number) for number in json.loads(metadata["position"]))
    if min(epoch, batch, step) < 0 or max(epoch, batch, step) > LARGEST_SEED:
        raise ModelFileError(
            _("position {epoch}, {batch}, {step}", epoch=epoch, batch=batch, step=step)
        )
    slots = {name: tensors[f"slot.{name}"] for name in like.slots}
    own_types = {f"slot.{name}": slot.dtype for name, slot in like.slots.items()}
    for name, tensor in tensors.items():
        dtype = own_types.get(name, like.parameters.vector.dtype)
        if not name.startswith(("losses", "history.")) and tensor.dtype != dtype:
            raise ModelFileError(
                _(
                    "{name} is {found} instead of {dtype}",
                    name=name,
                    found=tensor.dtype,
                    dtype=dtype,
                )
            )
    state = RunState(
        parameters=Parameters(layout, tensors["parameters"], tensors["buffers"]),
        slots=slots,
        # Checkpoints of before a run could change its rate have none.
        learning_rate=float.fromhex(metadata.get("learning_rate", like.learning_rate.hex())),
        epoch=epoch,
        batch=batch,
        step=step,
        totals=_totals(json.loads(metadata["totals"])),
        losses=tensors["losses"].tolist(),
    )
    for name, slot in slots.items():
        if slot.shape != like.slots[name].shape:
            raise ModelFileError(_("slot {name} has shape {shape}", name=name, shape=slot.shape))
    history = History(
        {name: tensors[f"history.{name}"].tolist() for name in json.loads(metadata["columns"])}
    )
    lacking = [name for name in ("epoch", "train_loss", "seconds") if name not in history]
    if epoch and lacking:
        raise ModelFileError(_("a history without {columns}", columns=all_of(lacking)))
    lengths = {len(tensors[f"history.{name}"]) for name in history}
    if {epoch} != {len(state.losses), history.epochs} or not lengths <= {epoch}:
        raise ModelFileError(
            _("epoch {epoch}, but a history of {epochs} epochs", epoch=epoch, epochs=history.epochs)
        )
    best = Parameters(layout, tensors["best.parameters"], tensors["best.buffers"])
    if not 0 <= int(metadata["best_epoch"]) <= epoch:
        raise ModelFileError(
            _("best epoch {best_epoch} of {epoch}", best_epoch=metadata["best_epoch"], epoch=epoch)
        )
    if not (math.isfinite(state.learning_rate) and state.learning_rate > 0):
        raise ModelFileError(_("learning rate {learning_rate}", learning_rate=state.learning_rate))
    return Checkpoint(
        metadata["fingerprint"],
        state,
        best,
        int(metadata["best_epoch"]),
        history,
        float(metadata["seconds"]),
    )


def _totals(data: Any) -> EpochTotals:
    """Return the sums of the epoch under way, of which the engines take numbers alone."""
    totals = EpochTotals(**_inexact(data))
    numbers = [totals.loss, totals.penalty, totals.weight, totals.rows, *totals.hits]
    are_numbers = all(type(number) in (int, float) for number in numbers)
    if not isinstance(totals.hits, list) or not are_numbers or type(totals.rows) is not int:
        raise ModelFileError(_("totals {found!r}", found=data))
    return totals


def _exact(value: Any) -> Any:
    """Turn floats into hexadecimal text, through dicts and lists."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return value.hex() if isinstance(value, float) and math.isfinite(value) else value


def _inexact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _inexact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_inexact(item) for item in value]
    return float.fromhex(value) if isinstance(value, str) else value
