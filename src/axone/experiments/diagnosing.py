"""The diagnosis of a run: written into its folder, read from there, or worked out once more.

A folder that an earlier version wrote holds no diagnosis: it is worked out from the experiment, its
data, the history and the weights, as far as they are there.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.bounds import SETTINGS_BYTES
from axone.engines import Recipe
from axone.errors import ArgumentTypeError, AxoneError, ModelFileError
from axone.experiments.folder import CHECKPOINT, DIAGNOSIS, EXPERIMENT
from axone.experiments.kept_files import content_of, history_of, metrics_of
from axone.experiments.preparation import Prepared, prepare
from axone.experiments.results import load_run
from axone.experiments.training import build_trainer, learnt_rows
from axone.files import json_text, read_tensors, told_of_damage, write_atomically
from axone.messages import Message, _
from axone.model import Model
from axone.parameters import Parameters
from axone.training import Diagnosis, Finding, Remedy, Run, TrainingResult
from axone.training.diagnosis import Evidence, diagnose_evidence
from axone.training.diagnosis.remedies import LEARNING_RATE


def diagnose(subject: Any) -> Diagnosis:
    """Tell why a training failed, computed from its numbers; empty where nothing is wrong.

    Parameters
    ----------
    subject : TrainingResult, Run, RunResult, fitted estimator, or path of a result folder
        Of a `Run` that is under way as far as it has come.

    Returns
    -------
    Diagnosis
        Findings, most certain first: `code`, `layer`, `epoch`, `evidence`, `cause`, and a `remedy`
        as settings of an experiment file.

    Raises
    ------
    ArgumentTypeError
        None of these.
    ModelFileError
        The folder is none of a run that has come to its end.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(200, 5)); y = (X[:, 0] > 0).astype(int)
    >>> network = ax.Network(ax.Dense(8, "relu"), ax.Dense(2, "softmax"), input_shape=5)
    >>> trainer = ax.Trainer(network, loss="cce", optimizer=ax.SGD(1e-7))
    >>> found = ax.diagnose(trainer.fit((X, y), max_epochs=5))
    >>> found[0].code, sorted(found[0].remedy.changes)
    ('not_learning', ['training.optimizer.learning_rate'])
    """
    if isinstance(subject, TrainingResult):
        return subject.diagnosis
    if isinstance(subject, Run):
        return subject.result.diagnosis
    if isinstance(subject, (str, Path)):
        return diagnosis_of(Path(subject))
    training = getattr(subject, "training", None)
    if isinstance(training, TrainingResult):
        return training.diagnosis
    # An estimator: its room lies above this one.
    if hasattr(type(subject), "diagnosis_"):
        found: Diagnosis = subject.diagnosis_
        return found
    raise ArgumentTypeError(
        _(
            "diagnose takes a TrainingResult, a Run, a RunResult, a fitted estimator of Axone's or "
            "the path of a result folder, not {found!r}.",
            found=subject,
        )
    )


def came_to_an_end(result: TrainingResult) -> bool:
    """Say whether a run may be judged: of one that was interrupted nobody knows."""
    return result.stopped_by not in ("interrupted", "stopped")


def write_diagnosis(result: TrainingResult, folder: Path) -> None:
    """Write what is wrong with a run into its folder, if it came to an end."""
    if not came_to_an_end(result):
        return
    kept = [finding.kept() for finding in result.diagnosis]
    content = json_text(kept, indent=1) + "\n"
    write_atomically(folder / DIAGNOSIS, content.encode())


def diagnosis_of(folder: Path) -> Diagnosis:
    """Return what is wrong with the run of a folder: what it says itself, or worked out anew.

    Raises
    ------
    ModelFileError
        It is no result folder, its run has not come to an end, or a file in it is damaged.
    DataError, ConfigurationError
        It holds no diagnosis, and the data to work it out are gone.
    """
    if (folder / DIAGNOSIS).is_file() and (folder / EXPERIMENT).is_file():
        return _read(folder / DIAGNOSIS)
    return worked_out(folder)


def _read(path: Path) -> Diagnosis:
    def damaged(error: Exception) -> ModelFileError:
        return ModelFileError(
            _("{path} is damaged: remove it, and the diagnosis is worked out anew.", path=path)
        )

    with told_of_damage(damaged):
        found = json.loads(content_of(path, SETTINGS_BYTES))
        return Diagnosis(tuple(Finding.from_data(each) for each in found))


def worked_out(folder: Path) -> Diagnosis:
    """Return the diagnosis of a run by what its folder holds, and what could not be looked at."""
    experiment, model = load_run(folder)
    prepared = prepare(experiment)
    evidence, missing = _evidence(folder, prepared, model)
    return replace(diagnose_evidence(evidence), missing=missing)


def _evidence(
    folder: Path, prepared: Prepared, model: Model
) -> tuple[Evidence, tuple[Message, ...]]:
    """Gather what a diagnosis is made of from the files of a run."""
    trainer = build_trainer(prepared)
    train = trainer.examples(learnt_rows(prepared, "train"))
    held_out = None
    if "validation" in prepared.parts:
        held_out = trainer.examples(learnt_rows(prepared, "validation"), _("validation"))
    metrics = metrics_of(folder)
    begin = trainer.plan.initialize() if prepared.initial is None else prepared.initial
    kept = model.parameters.astype(trainer.recipe.dtype)
    missing = [_("the gradients and the dead units of each layer, epoch by epoch")]
    end = _last_weights(folder, begin)
    if end is None:
        missing.append(_("the weights after the last step: those that were kept stand for them"))
    return (
        Evidence(
            recipe=trainer.recipe,
            engine=trainer.engine_used,
            begin=begin,
            end=kept if end is None else end,
            kept=kept,
            history=history_of(folder),
            stopped_by=str(metrics.get("stopped_by", "max_epochs")),
            kept_epoch=int(metrics.get("best_epoch", 0)),
            gradient_norms=np.empty((0, 0)),
            dead_shares=np.empty((0, 0)),
            train=train,
            held_out=held_out,
            divergence=_divergence(metrics, trainer.recipe),
        ),
        tuple(missing),
    )


def _last_weights(folder: Path, like: Parameters) -> Parameters | None:
    """Return the weights with which a run ended; None where its checkpoint does not tell."""
    try:
        _metadata, tensors = read_tensors(folder / CHECKPOINT, _("checkpoint"))
        vector, buffers = (
            np.asarray(tensors[name], dtype=like.vector.dtype) for name in ("parameters", "buffers")
        )
        return Parameters(like.layout, vector, buffers)
    except (AxoneError, KeyError):
        return None


def _divergence(metrics: Mapping[str, Any], recipe: Recipe) -> Finding | None:
    """Return why a run diverged, in the words that its metrics hold."""
    lines = metrics.get("diagnosis")
    if metrics.get("stopped_by") != "diverged" or not isinstance(lines, list) or len(lines) < 3:
        return None
    words = [str(line) for line in lines]
    rate = float(f"{recipe.optimizer.learning_rate / 10:.2g}")
    return Finding(
        "diverged",
        Message(words[0]),
        Message(words[1].removeprefix("Cause: ")),
        tuple(Message(line.removeprefix("  - ")) for line in words[2:-1]),
        Remedy(
            Message(words[-1].removeprefix("Remedy: ")),
            {LEARNING_RATE: rate, "training.clip_norm": 1.0},
        ),
        1.0,
    )
