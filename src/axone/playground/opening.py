"""A finished result folder, opened in the playground: its design, its weights, its history.

Whoever started the playground named the folder, so the files that its experiment reads may be read;
the page still knows them by a name alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axone.data.home import DATABASES, suffix_of
from axone.data.sources import source_name
from axone.errors import AxoneError, DataError, ModelFileError
from axone.experiments.description import IN_MEMORY, Description
from axone.experiments.folder import CHECKPOINT
from axone.experiments.kept_files import history_of, metrics_of
from axone.experiments.preparation import rows_of
from axone.experiments.results import load_run
from axone.experiments.running import is_shaped_by_length
from axone.messages import Message, _
from axone.model import Model
from axone.parameters import Parameters
from axone.playground.bench import Bench
from axone.playground.sources import UPLOAD
from axone.registry import plain
from axone.training import Checkpoint, History
from axone.training.checkpoint import load_checkpoint

_NOT_OF_A_PAGE = ("query",)
"""Settings of the rows that a design does not have."""

_NOT_ON_A_PAGE = ("stopping", "restore_best", "calibrate")
"""Settings of the training: whoever looks on decides when it is enough, and sees every epoch."""


@dataclass(frozen=True)
class OpenedRun:
    """A finished run, as the playground begins with it.

    Attributes
    ----------
    design : dict
        As the page edits it.
    weights : Parameters
    history : History
    epoch : int
        Of the weights.
    model : Model
        With the preprocessing, and what the outputs mean: all there is where the rows are gone.
    files : mapping of str to Path
        What the sources of the session have to know, by the name that the design says.
    gone : Message or None
        Why the rows cannot be read; without them nothing can be trained.
    notes : tuple of Message
        What the design cannot say of the run.
    """

    design: dict[str, Any]
    weights: Parameters
    history: History
    epoch: int
    model: Model
    files: Mapping[str, Path] = field(default_factory=dict)
    gone: Message | None = None
    notes: tuple[Message, ...] = ()


def design_of_run(folder: Path) -> OpenedRun:
    """Read a finished result folder.

    Parameters
    ----------
    folder : Path
        That `axone train` left, or the playground.

    Raises
    ------
    ModelFileError
        It is no result folder, its run has not come to an end, or a file in it is damaged.
    """
    experiment, model = load_run(folder)
    history, metrics = history_of(folder), metrics_of(folder)
    source, files, gone = _rows(experiment)
    data = experiment.to_data()
    rows = {name: value for name, value in data["data"].items() if name not in _NOT_OF_A_PAGE}
    design = {
        "data": {**rows, "source": source},
        "network": _network(experiment, model),
        "training": {
            name: value
            for name, value in data["training"].items()
            if name not in _NOT_ON_A_PAGE and (name != "epochs" or _is_laid_out(experiment))
        },
        "seed": data["seed"],
        "dtype": data["dtype"],
    }
    epoch = metrics.get("best_epoch", history.epochs)
    return OpenedRun(
        design,
        model.parameters,
        history,
        epoch if isinstance(epoch, int) and 0 <= epoch <= history.epochs else history.epochs,
        model,
        files,
        gone,
        _unsaid(experiment),
    )


def open_run(bench: Bench, folder: Path) -> OpenedRun:
    """Let a bench stand where a finished run ended: with its weights, its curves, its best epoch.

    From there it goes on as the run would have where the folder holds its checkpoint, else with an
    optimiser that remembers nothing.

    Raises
    ------
    ModelFileError
        It is no result folder, its run has not come to an end, or a file in it is damaged.
    DataError
        Its rows are gone: nothing could be shown of them, nor trained.
    ConfigurationError
        It is a network that the playground does not show.
    """
    opened = design_of_run(folder)
    if opened.gone is not None:
        raise DataError(opened.gone)
    for name, path in opened.files.items():
        bench.sources.add(name, path)
    bench.set_design(opened.design)
    checkpoint, weights = _where_it_ended(bench, opened, folder), opened.weights
    bench.take_up(checkpoint, {opened.epoch: weights.astype(bench.run.recipe.dtype)})
    if opened.epoch != checkpoint.state.epoch:
        bench.look_back(opened.epoch)
    return opened


def _where_it_ended(bench: Bench, opened: OpenedRun, folder: Path) -> Checkpoint:
    """Return the state at the end of a run, or one made of its weights and its history."""
    run, trainer = bench.run, bench.design.trainer
    state = run.state.copy()
    try:
        return load_checkpoint(folder / CHECKPOINT, state, {bench.attempt.fingerprint()})
    except ModelFileError:
        pass
    weights = opened.weights.astype(run.recipe.dtype)
    trainer.network.check_parameters(weights)
    state.parameters.vector[...] = weights.vector
    state.parameters.buffers[...] = weights.buffers
    seen = History({name: column[: opened.epoch] for name, column in opened.history.items()})
    state.epoch, state.step = opened.epoch, int(seen["step"][-1]) if opened.epoch else 0
    state.losses = list(seen["train_loss"]) if opened.epoch else []
    seconds = seen["seconds"][-1] if opened.epoch else 0.0
    return Checkpoint(run.fingerprint, state, weights, opened.epoch, seen, seconds)


def _rows(experiment: Description) -> tuple[str, dict[str, Path], Message | None]:
    """Return what a design calls the rows, the file that they are in, and why they are gone."""
    data = experiment.settings.data
    name = source_name(data.source) or "rows"
    if data.source == IN_MEMORY:
        return (
            UPLOAD + name,
            {},
            _("The rows of this run were in memory alone: no file holds them."),
        )
    # A database is opened, not read: its address may be anywhere, its views may name any file.
    if data.query is not None or "://" in data.source or suffix_of(data.source) in DATABASES:
        return UPLOAD + name, {}, _("The rows of this run are from a database, which no page asks.")
    try:
        found = rows_of(experiment, None).source
    except AxoneError as error:
        return UPLOAD + name, {}, _("The rows of this run are not there: {error}", error=error)
    path = Path(found)
    if not path.is_absolute():
        return found, {}, None
    return UPLOAD + path.name, {path.name: path}, None


def _network(experiment: Description, model: Model) -> dict[str, Any]:
    """Return the network of a model as a design says it, every layer listed."""
    *hidden, output = [plain(layer) for layer in model.network.layers]
    network: dict[str, Any] = {"hidden_layers": hidden, "output_layer": output}
    asked = experiment.settings.network
    for name in ("preset", "layer_names"):
        if (value := getattr(asked, name)) is not None:
            network[name] = value
    if asked.frozen:
        network["frozen"] = asked.frozen
    return network


def _is_laid_out(experiment: Description) -> bool:
    """Return whether the run would have gone otherwise if it had had more epochs."""
    training = experiment.settings.training
    return is_shaped_by_length(training.schedule, training.epochs, 2 * training.epochs)


def _unsaid(experiment: Description) -> tuple[Message, ...]:
    network, training = experiment.settings.network, experiment.settings.training
    notes = []
    if network.start_from is not None:
        notes.append(
            _(
                "This run began with the weights of another model. Trained anew on the page, it "
                "begins with weights of its seed."
            )
        )
    if training.calibrate is not None:
        notes.append(
            _("The model was calibrated after its training; the page shows it as it was before.")
        )
    return tuple(notes)
