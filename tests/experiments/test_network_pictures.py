"""From a run to what pictures of networks draw: the numbers, by other ways of computing them."""

import numpy as np
import pytest

from axone.experiments import Experiment
from axone.experiments.network_pictures.anew import train_anew
from axone.experiments.network_pictures.distributions import distributions_of


@pytest.fixture
def run(tmp_path):
    training = {"epochs": 6, "stopping": {"loss_patience": 6}}
    settings = {"training": training, "network": {"hidden": [5]}}
    Experiment.from_source("iris", settings).run(tmp_path / "run")
    return tmp_path / "run"


def test_distributions_are_of_the_weights_without_biases_and_of_what_the_layers_give(run):
    anew = train_anew(run, most_weights=20)
    found = distributions_of(anew, 3)
    assert found.epochs == (0, 3, 6)
    end = anew.result.evidence.end
    np.testing.assert_array_equal(found.weights[0][-1], end["0.weight"].ravel())
    inputs = anew.prepared.parts["train"].X
    hidden = np.maximum(inputs @ end["0.weight"].T + end["0.bias"], 0)
    np.testing.assert_allclose(found.activations[0][-1], hidden.ravel(), rtol=1e-5, atol=1e-6)
    logits = hidden @ end["1.weight"].T + end["1.bias"]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.activations[1][-1], shares.ravel(), rtol=1e-4, atol=1e-6)
