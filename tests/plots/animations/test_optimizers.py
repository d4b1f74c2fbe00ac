"""The race: paths as PyTorch's optimisers take them, on gradients by finite differences."""

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.plots import animate_optimizers
from axone.plots.animations.optimizers import RULES, race
from axone.plots.animations.surfaces import SURFACES

STEPS = 25


@pytest.mark.parametrize("name", SURFACES)
def test_gradients_are_the_slopes_of_the_surface(name, numeric_gradient):
    surface = SURFACES[name]()
    weights = np.array([0.35, -0.6])

    def height():
        return float(surface.height(*(np.array([each]) for each in weights))[0])

    loss, gradient = surface.look(weights)
    assert loss == pytest.approx(height())
    np.testing.assert_allclose(gradient, numeric_gradient(height, weights), rtol=1e-7)


@pytest.mark.parametrize("name", SURFACES)
def test_no_height_is_below_the_least(name):
    surface = SURFACES[name]()
    heights = surface.height(*np.meshgrid(np.linspace(-3, 3, 301), np.linspace(-3, 3, 301)))
    assert heights.min() >= surface.least - 1e-9
    if surface.lowest is not None:
        lowest = [np.array([each]) for each in surface.lowest]
        assert surface.height(*lowest)[0] == pytest.approx(surface.least, abs=1e-6)


@pytest.mark.parametrize("rule", ["gradient_descent", "momentum", "nesterov", "rmsprop", "adam"])
def test_paths_in_the_valley_are_those_of_pytorch(rule):
    torch = pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `peers`")
    surface = SURFACES["valley"]()
    (racer,) = race(surface, [rule], STEPS, 0)
    weights = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    x, y = torch.arange(1.0, 5.0).double(), torch.arange(2.0, 6.0).double()
    rate = surface.rates[rule]
    make = {
        "gradient_descent": lambda: torch.optim.SGD([weights], rate),
        # Averages of gradients: classical momentum at a tenth of the rate.
        "momentum": lambda: torch.optim.SGD([weights], rate / 10, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD([weights], rate, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop([weights], rate, alpha=0.9),
        "adam": lambda: torch.optim.Adam([weights], rate),
    }[rule]
    optimizer = make()
    for step in range(STEPS + 1):
        loss = ((weights[0] * x + weights[1] - y) ** 2).mean()
        np.testing.assert_allclose(racer.weights[step], weights.detach().numpy(), atol=1e-10)
        assert racer.losses[step] == pytest.approx(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_sgd_sees_one_row_at_a_time():
    surface = SURFACES["valley"]()
    (racer,) = race(surface, ["sgd"], 40, 0)
    x, y = np.arange(1.0, 5.0), np.arange(2.0, 6.0)
    seen = set()
    for before, after in zip(racer.weights[:-1], racer.weights[1:], strict=True):
        errors = before[0] * x + before[1] - y
        moves = -surface.rates["sgd"] * 2 * np.column_stack([errors * x, errors])
        fits = np.abs(moves - (after - before)).max(axis=1) < 1e-9
        seen.add(int(np.flatnonzero(fits)[0]))
    assert seen == {0, 1, 2, 3}


def test_momentum_alone_leaves_the_shallow_valley():
    racers = race(SURFACES["minima"](), RULES, 60, 0)
    ends = {racer.rule: racer.losses[-1] for racer in racers}
    assert min(ends, key=ends.get) == "momentum"
    assert sorted(ends.values())[1] > 0.5


def test_each_frame_shows_the_paths_up_to_its_step():
    animation = animate_optimizers("saddle", rules=["adam", "momentum"], steps=6)
    assert animation.frames == 7
    (adam, _momentum) = race(SURFACES["saddle"](), ["adam", "momentum"], 6, 0)
    animation.show(4)
    paths = [line for line in animation.figure.axes[0].lines if len(line.get_xdata()) == 5]
    np.testing.assert_array_equal(np.column_stack(paths[0].get_data()), adam.weights[:5])
    assert animation.captions[4].startswith("Step 4, J above the least: ")


def test_of_many_steps_some_are_shown_the_last_one_too():
    animation = animate_optimizers("saddle", rules=["adam"], steps=200)
    assert animation.frames == 76
    assert animation.captions[-1].startswith("Step 200, ")


@pytest.mark.parametrize(
    "settings",
    [
        {"surface": "hill"},
        {"rules": []},
        {"rules": ["adam", "adam"]},
        {"rules": ["lbfgs"]},
        {"steps": 0},
        {"steps": 301},
    ],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ConfigurationError):
        animate_optimizers(**settings)
