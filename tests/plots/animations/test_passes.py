"""Forward and backward passes: the numbers at the units and at the lines, by PyTorch."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError, UnknownNameError
from axone.explanation.numerals import MINUS
from axone.plots import animate_passes

torch = pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `peers`")


@pytest.fixture(scope="module")
def expected():
    """Everything that flower 60 makes of the weights of seed 0, and the step of η = 0.5."""
    from sklearn.datasets import load_iris

    iris = load_iris()
    x = torch.tensor(((iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0))[60])
    network = ax.Network(ax.Dense(3, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
    weights = network.initialize(seed=0, dtype="float64").by_layer
    own = [
        {name: torch.tensor(array, requires_grad=True) for name, array in layer.items()}
        for layer in weights
    ]
    z = [None, None]
    z[0] = own[0]["weight"] @ x + own[0]["bias"]
    a = torch.tanh(z[0])
    z[1] = own[1]["weight"] @ a + own[1]["bias"]
    for each in z:
        each.retain_grad()
    loss = torch.nn.functional.cross_entropy(z[1][None], torch.tensor([1]))
    loss.backward()
    with torch.no_grad():
        moved = [{name: t - 0.5 * t.grad for name, t in layer.items()} for layer in own]
        hidden = torch.tanh(moved[0]["weight"] @ x + moved[0]["bias"])
        logits = moved[1]["weight"] @ hidden + moved[1]["bias"]
        after = torch.nn.functional.cross_entropy(logits[None], torch.tensor([1]))
    return {
        "x": x.numpy(),
        "a": a.detach().numpy(),
        "y": torch.softmax(z[1], 0).detach().numpy(),
        "deltas": [each.grad.numpy() for each in z],
        "gradients": [layer["weight"].grad.numpy() for layer in own],
        "weights": [layer["weight"] for layer in weights],
        "losses": (loss.item(), after.item()),
    }


def shown(animation, frame):
    """The texts of a frame that are numbers, as they were added to the picture."""
    animation.show(frame)
    return [text.get_text() for text in animation.figure.axes[0].texts if text.get_text()]


def written(numbers):
    return [f"{number:.2f}".replace("-", MINUS) for number in np.ravel(numbers)]


def contains(texts, wanted):
    """Whether texts follow one another as wanted, others before and after them."""
    size = len(wanted)
    return any(texts[start : start + size] == wanted for start in range(len(texts) - size + 1))


def test_numbers_go_forward(expected):
    animation = animate_passes()
    texts = shown(animation, 5)
    for numbers in (expected["x"], expected["a"], expected["y"]):
        assert contains(texts, written(numbers))
    assert f"L = {MINUS}ln({expected['y'][1]:.3g}) = {expected['losses'][0]:.3g}" in texts


def test_errors_and_gradients_go_back(expected):
    animation = animate_passes()
    for layer, (of_delta, of_gradient) in ((1, (6, 7)), (0, (8, 9))):
        deltas = [f"δ {text}" for text in written(expected["deltas"][layer])]
        assert contains(shown(animation, of_delta), deltas)
        gradients = written(expected["gradients"][layer][0])
        assert contains(shown(animation, of_gradient), gradients)


def test_lines_are_as_wide_as_what_they_stand_for(expected):
    animation = animate_passes()
    first, _second = animation.figure.axes[0].collections
    for frame, sizes in ((1, expected["weights"][0]), (9, expected["gradients"][0])):
        animation.show(frame)
        widths = np.asarray(first.get_linewidths())
        np.testing.assert_array_equal(np.argsort(widths), np.argsort(np.abs(sizes.ravel())))
        dashed = [dashes is not None for _offset, dashes in first.get_linestyle()]
        assert dashed == (sizes.ravel() < 0).tolist()


def test_the_step_lowers_the_loss_by_so_much(expected):
    before, after = expected["losses"]
    assert animate_passes().captions[-1].endswith(f"L was {before:.3g}, and is {after:.3g}.")


def test_frames_may_come_in_any_order():
    animation = animate_passes(hidden=[2, 3], activation="relu")
    assert animation.frames == 16
    at_once = shown(animation, 3)
    shown(animation, 15)
    assert shown(animation, 3) == at_once


@pytest.mark.parametrize(
    "settings",
    [{"row": 150}, {"hidden": []}, {"hidden": [2, 2, 2]}, {"hidden": [6]}, {"rate": 0}],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ConfigurationError):
        animate_passes(**settings)


def test_an_unknown_activation_is_refused():
    with pytest.raises(UnknownNameError):
        animate_passes(activation="tan")
