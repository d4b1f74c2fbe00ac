"""Experiments: a run described as data, read from files, carried out, and written down."""

from axone.experiments.description import IN_MEMORY, Description
from axone.experiments.diagnosing import diagnose, diagnosis_of
from axone.experiments.experiment import Experiment
from axone.experiments.files import SUFFIXES
from axone.experiments.folder import EXPERIMENT, locked, new_folder, refuse_occupied
from axone.experiments.measuring import measure
from axone.experiments.preparation import Part, Prepared, prepare, take
from axone.experiments.results import load_run
from axone.experiments.running import RunResult, extended, run
from axone.experiments.schema import ExperimentData

__all__ = [
    "EXPERIMENT",
    "IN_MEMORY",
    "SUFFIXES",
    "Description",
    "Experiment",
    "ExperimentData",
    "Part",
    "Prepared",
    "RunResult",
    "diagnose",
    "diagnosis_of",
    "extended",
    "load_run",
    "locked",
    "measure",
    "new_folder",
    "prepare",
    "refuse_occupied",
    "run",
    "take",
]
