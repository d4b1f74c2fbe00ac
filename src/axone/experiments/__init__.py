"""Experiments: a run described as data, read from files, carried out, and written down."""

from axone.experiments.experiment import Experiment
from axone.experiments.files import SUFFIXES
from axone.experiments.preparation import Part, Prepared, prepare, take
from axone.experiments.results import EXPERIMENT, load_run
from axone.experiments.running import RunResult, extended, measure, refuse_occupied, run
from axone.experiments.schema import ExperimentData

__all__ = [
    "EXPERIMENT",
    "SUFFIXES",
    "Experiment",
    "ExperimentData",
    "Part",
    "Prepared",
    "RunResult",
    "extended",
    "load_run",
    "measure",
    "prepare",
    "refuse_occupied",
    "run",
    "take",
]
