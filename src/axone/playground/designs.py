"""What the page edits, a design, and the run that it describes.

A design is an experiment file but for its network, of which it says the hidden layers: the output
layer follows from the data, so that a layer may be added without a thought for classes. What a page
sends is checked here before anything else reads it.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.data import Dataset
from axone.data.files.bounds import smaller_tables
from axone.data.sources import source_name
from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError
from axone.experiments.description import Description, parse
from axone.experiments.experiment import Experiment
from axone.experiments.networks import output_layer
from axone.experiments.preparation import Prepared, assemble, prepare_rows, rows_of
from axone.experiments.quantiles import levels_of
from axone.experiments.training import build_trainer
from axone.messages import _
from axone.playground.effort import check_effort
from axone.playground.limits import MOST_GENERATED, MOST_TABLE_CELLS, MOST_TABLE_COLUMNS
from axone.playground.sources import Sources
from axone.processors import processors
from axone.registry import plain
from axone.training import Trainer

_SECTIONS = ("data", "network", "training", "seed", "dtype", "engine", "threads")
_NETWORK = ("hidden_layers", "output_layer", "preset", "frozen", "layer_names")
_KEPT = 4
"""Sets of rows, made ready, that are kept for the next design."""

_EPOCHS = 20_000

_UNWATCHED: Mapping[str, Any] = {
    "epochs": _EPOCHS,
    # Whoever looks on decides when it is enough, and wants the weights that are there.
    "restore_best": False,
    "stopping": {"loss_tolerance": None, "patience": None, "loss_patience": None},
}


@dataclass(frozen=True)
class Design:
    """A design, checked, with all that it takes to train.

    Attributes
    ----------
    data : dict
        The JSON object, as the page edits it.
    prepared : Prepared
        Its `experiment` has nothing left open.
    trainer : Trainer
    """

    data: dict[str, Any]
    prepared: Prepared
    trainer: Trainer


class RefusedDesignError(ConfigurationError):
    """A design that cannot be carried out.

    Attributes
    ----------
    place : str
        The setting that is at fault, as a design names it; empty where it is none by itself.
    """

    def __init__(self, error: AxoneError, place: str) -> None:
        super().__init__(error.message)
        self.place = place

    @property
    def words(self) -> str:
        """What is wrong, in the language in use, without the setting before it."""
        head, colon, rest = str(self.message).partition(": ")
        return rest if colon and place_of(f"{head}:") else str(self.message)


class Designer:
    """Makes designs ready, and keeps the rows of the last ones.

    Parameters
    ----------
    sources : Sources
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._rows: OrderedDict[str, Any] = OrderedDict()
        self._datasets: OrderedDict[str, Dataset] = OrderedDict()

    def design(self, given: Any) -> Design:
        """Return a design that can be trained.

        Raises
        ------
        RefusedDesignError
            With the setting that is at fault, in words.
        """
        try:
            data = _checked(given)
            prepared = self._prepared(data)
            check_effort(prepared)
            trainer = build_trainer(prepared)
        except RefusedDesignError:
            raise
        except AxoneError as error:
            raise RefusedDesignError(error, place_of(error.message.english)) from error
        return Design(data, prepared, trainer)

    def _prepared(self, data: Mapping[str, Any]) -> Prepared:
        network = data.get("network", {})
        experiment = self._experiment(data, {})
        try:
            dataset = self._dataset(experiment)
        except AxoneError as error:
            place = place_of(error.message.english) or "data"
            raise RefusedDesignError(error, place) from error
        if (layers := network.get("hidden_layers")) is not None:
            output = network.get("output_layer") or plain(
                output_layer(dataset, levels_of(experiment, dataset))
            )
            experiment = self._experiment(data, {"layers": [*layers, output]})
        return assemble(experiment, *self._arranged(experiment, dataset))

    def _experiment(self, data: Mapping[str, Any], listed: Mapping[str, Any]) -> Experiment:
        """Return the experiment that a design describes, with these layers."""
        rows = dict(data["data"])
        try:
            rows["source"] = self.sources.locate(rows["source"])
        except AxoneError as error:
            raise RefusedDesignError(error, "data.source") from error
        network = {
            name: value
            for name, value in data.get("network", {}).items()
            if name not in ("hidden_layers", "output_layer")
        }
        content = {
            name: data[name] for name in ("seed", "dtype", "engine", "threads") if name in data
        }
        if isinstance(threads := content.get("threads"), int):
            # They change no weight: a link from a larger machine means as many as there are here.
            content["threads"] = min(threads, processors())
        content |= {
            "data": rows,
            "network": {**network, **listed},
            "training": {**_UNWATCHED, **data.get("training", {})},
        }
        return Experiment(parse(content, "", {}), source_name(rows["source"]))

    def _dataset(self, experiment: Description) -> Dataset:
        settings = experiment.settings
        columns = settings.data.model_dump(
            include={"source", "target", "task", "options", "columns", "missing", "sheet"}
        )
        key = json.dumps([settings.seed, columns], default=str, sort_keys=True)
        with smaller_tables(MOST_TABLE_CELLS, MOST_TABLE_COLUMNS):
            return _kept(self._datasets, key, lambda: rows_of(experiment))

    def _arranged(self, experiment: Description, dataset: Dataset) -> Any:
        settings = experiment.settings
        presets = settings.network.preset
        key = json.dumps(
            [settings.seed, settings.dtype, presets, settings.data.model_dump()],
            default=str,
            sort_keys=True,
        )
        return _kept(self._rows, key, lambda: prepare_rows(experiment, dataset))


def place_of(words: str) -> str:
    """Return the setting that a refusal begins with, as a design names it; empty if with none.

    Examples
    --------
    >>> place_of("training.l2: Input should be greater than or equal to 0; found -1.")
    'training.l2'
    >>> place_of("It cannot be done.")
    ''
    """
    head = words.partition(":")[0].rpartition(" ")[2]
    known = head.split(".")[0] in ("data", "network", "training", "seed", "dtype", "engine")
    place = head.replace("network.layers", "network.hidden_layers")
    return place if known and len(head) < 100 else ""


def _checked(given: Any) -> dict[str, Any]:
    """Return a page's design whose parts are of the right kinds and none is forbidden."""
    if not isinstance(given, Mapping):
        raise ArgumentTypeError(_("a design is a table of settings, not {found!r}", found=given))
    data = json.loads(json.dumps(given))  # a copy: nobody else changes it
    for name in data:
        if name not in _SECTIONS:
            raise ConfigurationError(_("a design has no setting {name!r}", name=name))
    for name in ("data", "network", "training"):
        if not isinstance(data.get(name, {}), dict):
            raise ArgumentTypeError(
                _("{name}: give a table of settings, not {found!r}", name=name, found=data[name])
            )
    rows = data.setdefault("data", {})
    if not isinstance(rows.get("source"), str):
        raise ConfigurationError(_("data.source: no data are chosen"))
    if "query" in rows and rows["query"] is not None:
        raise ConfigurationError(_("data.query: a page asks no database"))
    options = rows.get("options") or {}
    wanted = options.get("rows", 0) if isinstance(options, dict) else 0
    if isinstance(wanted, (int, float)) and wanted > MOST_GENERATED:
        raise ConfigurationError(
            _("data.options.rows: at most {most:,} rows are made", most=MOST_GENERATED)
        )
    for name in data.get("network", {}):
        if name not in _NETWORK:
            raise ConfigurationError(_("network.{name}: a design has no such setting", name=name))
    layers = data.get("network", {}).get("hidden_layers")
    if layers is not None and not isinstance(layers, list):
        raise ArgumentTypeError(
            _("network.hidden_layers: give a list of layers, not {found!r}", found=layers)
        )
    return data


def _kept(store: "OrderedDict[str, Any]", key: str, make: Any) -> Any:
    """Return what is kept under a key, or make it, and forget what was asked for longest ago."""
    if key not in store:
        store[key] = make()
        while len(store) > _KEPT:
            store.popitem(last=False)
    store.move_to_end(key)
    return store[key]
