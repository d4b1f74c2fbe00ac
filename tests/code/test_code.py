"""Which targets there are, and what none of them can be asked."""

import tomllib

import numpy as np
import pytest

from axone.code import TARGETS, source_of
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment, prepare


def test_the_file_runs_to_the_same_weights(here, experiment, learnt):
    described = experiment("iris", {"seed": 4, "training": {"epochs": 3}})
    text = source_of(prepare(described), "toml")
    assert tomllib.loads(text)["seed"] == 4
    (here / "again.toml").write_text(text, encoding="utf-8")
    again = Experiment.from_file(here / "again.toml")
    assert np.array_equal(learnt(again), learnt(described))


def test_a_target_is_known_by_its_other_names(experiment):
    prepared = prepare(experiment("iris"))
    for name, alias in (("python", "Axone"), ("scikit-learn", "sklearn"), ("pytorch", "torch")):
        assert source_of(prepared, alias) == source_of(prepared, name)
    with pytest.raises(UnknownNameError, match="keras"):
        source_of(prepared, "keras")


def test_every_script_is_source_of_python(experiment):
    prepared = prepare(experiment("iris"))
    for name in TARGETS[:-1]:
        compile(source_of(prepared, name), name, "exec")


def test_exact_code_is_pytorchs_alone(experiment):
    with pytest.raises(ConfigurationError, match="PyTorch's alone"):
        source_of(prepare(experiment("iris")), "scikit-learn", exact=True)


def test_rows_that_no_file_holds_are_refused(experiment):
    described = Experiment.in_memory({"training": {"epochs": 1}})
    prepared = prepare(described, (np.arange(40.0).reshape(20, 2), np.arange(20) % 2))
    with pytest.raises(ConfigurationError, match="no script could read them again"):
        source_of(prepared)


def test_what_gives_its_input_back_has_only_a_file(experiment):
    described = experiment("digits", {"network": {"preset": "autoencoder"}})
    prepared = prepare(described)
    with pytest.raises(ConfigurationError, match="the task reconstruction") as refused:
        source_of(prepared)
    assert "What can (--as): toml." in str(refused.value)
    assert "reconstruction" in source_of(prepared, "toml")
