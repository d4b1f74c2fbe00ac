import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.contenders import SUITED, contender, spiral_trainer
from axone.lab.training_runs import spiral_rows
from axone.optimizers import OPTIMIZERS
from axone.plots import use_theme


def descended_by_hand(rows, units, rate, epochs, seed):
    """Gradient descent through two tanh layers, written out: loss and share that is right."""
    X, y = spiral_rows(rows, seed)
    network = spiral_trainer(ax.SGD(rate), units, seed).network
    drawn = network.initialize(seed, "float64")
    weights = [drawn[f"{layer}.weight"].copy() for layer in range(3)]
    biases = [drawn[f"{layer}.bias"].copy() for layer in range(3)]

    def forward():
        first = np.tanh(X @ weights[0].T + biases[0])
        second = np.tanh(first @ weights[1].T + biases[1])
        return first, second, 1 / (1 + np.exp(-(second @ weights[2].T + biases[2])))

    for _ in range(epochs):
        first, second, p = forward()
        last = (p - y[:, None]) / rows
        middle = (last @ weights[2]) * (1 - second**2)
        deep = (middle @ weights[1]) * (1 - first**2)
        steps = zip((deep, middle, last), (X, first, second), strict=True)
        for layer, (delta, below) in enumerate(steps):
            weights[layer] -= rate * delta.T @ below
            biases[layer] -= rate * delta.sum(axis=0)
    p = forward()[2][:, 0]
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss, np.mean((p > 0.5) == (y == 1))


def test_gradient_descent_is_that_written_out():
    seen = ax.lab.optimizers(
        names="gradient_descent", rate=0.2, rows=50, units=6, epochs=40, seed=4
    )
    loss, accuracy = descended_by_hand(50, 6, 0.2, 40, 4)
    assert seen.column("loss") == [pytest.approx(loss, rel=1e-4)]
    assert seen.column("accuracy") == [pytest.approx(accuracy)]


def test_every_optimiser_of_the_library_can_be_named():
    assert set(SUITED) == {*OPTIMIZERS}


def test_each_has_the_rate_that_suits_it_or_one_for_all():
    assert contender("adam", 0.0).learning_rate == SUITED["adam"]
    seen = ax.lab.optimizers(names=("sgd", "adam", "lbfgs"), rate=0.05, epochs=1)
    assert seen.column("rate") == [0.05, 0.05, None]


def test_adaptive_steps_reach_the_loss_where_full_batches_do_not():
    seen = ax.lab.optimizers()
    reached = dict(zip(seen.column("optimizer"), seen.column("epochs_to_target"), strict=True))
    assert reached["gradient_descent"] is None
    assert reached["adam"] is not None
    assert reached["momentum"] < 60
    first = min((epoch, name) for name, epoch in reached.items() if epoch is not None)
    assert f"reached first with {first[1]}, in epoch {first[0]};" in str(seen.sentences[1])
    losses = dict(zip(seen.column("optimizer"), seen.column("loss"), strict=True))
    least = min(losses, key=losses.get)
    assert f"least with {least}, {losses[least]:.2g}" in str(seen.sentences[0])


def test_a_loss_that_nobody_reaches_is_told_so():
    seen = ax.lab.optimizers(names=("sgd",), epochs=1, target=1e-6)
    assert "None reaches a loss of 1e-06" in str(seen.sentences[1])


def test_the_same_seed_shows_the_same():
    given = {"names": ("sgd", "adam"), "epochs": 3, "rows": 60, "seed": 8}
    assert ax.lab.optimizers(**given).rows == ax.lab.optimizers(**given).rows


@pytest.mark.parametrize("setting", [{"names": ("newton",)}, {"rate": -1.0}, {"epochs": 0}])
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.optimizers(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_picture_names_every_optimiser_beside_its_line(ground):
    seen = ax.lab.optimizers(names=tuple(SUITED), epochs=2, rows=40)
    with use_theme(ground):
        (axes,) = seen.figure().axes
    assert [text.get_text() for text in axes.texts] == list(SUITED)
    heights = sorted(text.get_position()[1] for text in axes.texts)
    assert min(np.diff(heights)) >= 0.06 - 1e-9
