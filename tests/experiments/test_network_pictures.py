"""From a run to what pictures of networks draw: the numbers, by other ways of computing them."""

import numpy as np
import pytest

from axone.errors import ConfigurationError, DataError
from axone.experiments import Experiment, load_run, prepare
from axone.experiments.network_pictures.anew import train_anew
from axone.experiments.network_pictures.distributions import distributions_of
from axone.experiments.network_pictures.landscape import (
    filter_normalised,
    landscape_about_the_path,
    landscape_in_random_directions,
    principal_directions,
)
from axone.experiments.network_pictures.sizes import (
    scores_by_rows,
    scores_by_width,
    with_rows,
)
from axone.experiments.preparation import rows_of
from axone.random import RandomStream


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


def loss_of(prepared, arrays):
    """The mean cross-entropy of the training rows, by NumPy."""
    part = prepared.parts["train"]
    hidden = np.maximum(part.X @ arrays["0.weight"].T + arrays["0.bias"], 0)
    logits = hidden @ arrays["1.weight"].T + arrays["1.bias"]
    rows = np.arange(len(part.y))
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[rows, part.y])


def test_the_landscape_is_the_training_loss_and_passes_through_the_path(run):
    anew = train_anew(run, most_weights=20)
    found = landscape_about_the_path(anew, 31)
    assert found.path.shape == (7, 2)
    assert anew.epochs[found.kept] == anew.result.best_epoch
    np.testing.assert_allclose(found.path[found.kept], 0, atol=1e-12)
    # Everything that was passed is on the picture, with room about it.
    assert found.x[0] < found.path[:, 0].min()
    assert found.y[-1] > found.path[:, 1].max()
    column, row = np.abs(found.x).argmin(), np.abs(found.y).argmin()
    assert found.losses[row, column] == pytest.approx(
        loss_of(anew.prepared, anew.result.parameters), rel=0.05
    )


def test_random_directions_are_about_the_weights_kept(run):
    experiment, model = load_run(run)
    prepared = prepare(experiment)
    shares = []
    found = landscape_in_random_directions(prepared, model.parameters, 5, on_share=shares.append)
    np.testing.assert_allclose(found.x, [-1, -0.5, 0, 0.5, 1])
    assert found.losses[2, 2] == pytest.approx(loss_of(prepared, model.parameters), rel=1e-5)
    one = filter_normalised(model.parameters, RandomStream.from_seed(0).child(0))
    moved = model.parameters.copy()
    moved.vector[...] += one
    assert found.losses[2, 4] == pytest.approx(loss_of(prepared, moved), rel=1e-5)
    assert shares[-1] == 1


def test_a_filter_of_a_random_direction_is_as_long_as_that_of_the_weights(run):
    weights = load_run(run)[1].parameters
    moved = weights.copy()
    moved.vector[...] = filter_normalised(weights, RandomStream.from_seed(3))
    for name in ("0.weight", "1.weight"):
        np.testing.assert_allclose(
            np.linalg.norm(moved[name], axis=1), np.linalg.norm(weights[name], axis=1), rtol=1e-5
        )
    assert not moved["0.bias"].any()


def test_principal_directions_are_those_of_a_singular_value_decomposition():
    steps = np.random.default_rng(0).normal(size=(6, 40)) * np.array([5, 3, 1, 1, 1, 1])[:, None]
    first, second, shares = principal_directions(steps)
    _left, values, right = np.linalg.svd(steps)
    assert abs(first @ right[0]) == pytest.approx(1)
    assert abs(second @ right[1]) == pytest.approx(1)
    assert shares == pytest.approx(tuple(values[:2] ** 2 / (values**2).sum()))
    assert (steps[0] @ first, steps[0] @ second) > (0, 0)


@pytest.mark.parametrize("steps", [np.zeros((4, 3)), np.outer([3.0, 2, 1, 0], [1, 1, 0])])
def test_weights_that_moved_along_a_line_have_no_plane(steps):
    with pytest.raises(DataError, match="no plane"):
        principal_directions(steps)


def right(model, part):
    """The share of right answers, by NumPy."""
    return float(np.mean(model.forward(part.X).argmax(axis=1) == part.y))


@pytest.fixture
def short():
    return Experiment.from_source("iris", {"training": {"epochs": 3}, "seed": 4})


def test_scores_by_rows_end_with_those_of_the_very_runs(short):
    found = scores_by_rows(short, rows_of(short), right, seeds=2, sizes=[20, 104])
    assert found.sizes == (20, 104)
    assert found.part == "test"
    for column, seed in enumerate((4, 5)):
        settings = {"training": {"epochs": 3}, "seed": seed}
        run = Experiment.from_source("iris", settings).run()
        assert found.held_out[1, column] == pytest.approx(run.metrics["test"]["accuracy"])
        assert found.training[1, column] == pytest.approx(run.metrics["train"]["accuracy"])


def test_fewer_rows_make_as_many_steps(short):
    prepared = prepare(short)
    assert (len(prepared.parts["train"]), prepared.experiment.settings.training.batch_size) == (
        104,
        8,
    )
    few = with_rows(prepared, 20)
    training = few.experiment.settings.training
    # 3 epochs of 13 steps are 13 of 3; the patience of 20 epochs, 87 of them.
    assert (len(few.parts["train"]), training.epochs, training.stopping.loss_patience) == (
        20,
        13,
        87,
    )
    chosen = set(few.parts["train"].numbers.tolist())
    assert chosen < set(with_rows(prepared, 30).parts["train"].numbers.tolist())


def test_without_sizes_there_are_eight_up_to_all_rows(short):
    found = scores_by_rows(short, rows_of(short), lambda model, part: len(part), seeds=1)
    assert found.sizes == tuple(found.training[:, 0].astype(int))
    assert (len(found.sizes), found.sizes[0], found.sizes[-1]) == (8, 5, 104)


def test_scores_by_width_are_those_of_runs_of_that_width(short):
    by_width = [
        Experiment.from_source(
            "iris", {"training": {"epochs": 3}, "network": {"hidden": [width]}, "seed": 4}
        )
        for width in (1, 30)
    ]
    shares = []
    found = scores_by_width(
        by_width, [1, 30], rows_of(short), right, seeds=1, on_share=shares.append
    )
    for row, experiment in enumerate(by_width):
        metrics = experiment.run().metrics
        assert found.held_out[row, 0] == pytest.approx(metrics["test"]["accuracy"])
    assert shares == [0.5, 1.0]


def test_sizes_that_cannot_be_judged_are_refused(short):
    with pytest.raises(ConfigurationError, match="from 1 to 104"):
        scores_by_rows(short, rows_of(short), right, seeds=1, sizes=[200])
    alone = Experiment.from_source("iris", {"data": {"validation": 0.0, "test": 0.0}})
    with pytest.raises(DataError, match="no rows are held out"):
        scores_by_rows(alone, rows_of(alone), right, seeds=1)
