"""Single units over the plane, dead and saturated ones: against PyTorch and plain NumPy."""

import numpy as np
import pytest

HIDDEN = [
    {"name": "dense", "units": 7, "activation": "tanh"},
    {"name": "batch_norm"},
    {"name": "dropout", "rate": 0.5},
    {"name": "dense", "units": 5, "activation": "relu"},
    {"name": "dense", "units": 2, "activation": "softmax"},
]


def shown(frame, name):
    told = frame.extras(name)
    low, high = (np.array(told[key])[:, None, None] for key in ("low", "high"))
    return low + frame.arrays[name] / 255 * (high - low), (high - low) / 255


def test_units_are_those_of_pytorch(seen):
    torch = pytest.importorskip("torch")
    looked = seen("moons", {"unit_grid": 12}, network={"layers": HIDDEN})
    weights = {name: torch.tensor(array.copy()) for name, array in looked.parameters.items()}
    frame = looked.frame()
    x = torch.tensor(looked.stage.plane.inputs(12), dtype=torch.float32)
    first = torch.tanh(x @ weights["0.weight"].T + weights["0.bias"])
    normed = first / np.sqrt(1 + 1e-5)  # as nothing was learnt yet: mean 0, variance 1
    second = torch.relu(normed @ weights["3.weight"].T + weights["3.bias"])
    last = torch.softmax(second @ weights["4.weight"].T + weights["4.bias"], dim=1)
    for name, wanted in (
        ("units.input", x),
        ("units.0", first),
        ("units.1", normed),
        ("units.2", normed),
        ("units.3", second),
        ("units.4", last),
    ):
        found, step = shown(frame, name)
        maps = wanted.numpy().T.reshape(-1, 12, 12)
        assert found.shape == maps.shape
        assert (np.abs(found - maps) <= 0.51 * step + 1e-4).all(), name


def test_of_a_wide_layer_the_first_units_are_shown_and_their_number_is_said(seen):
    looked = seen("moons", network={"hidden": [100]})
    frame = looked.frame()
    told = frame.extras("units.0")
    assert frame.arrays["units.0"].shape[0] == len(told["low"]) == 64
    assert (told["shown"], told["of"]) == (64, 100)
    assert frame.extras("dead.0")["of"] == 100


def test_dead_and_saturated_units_are_told_one_by_one(seen):
    layers = [
        {"name": "dense", "units": 3, "activation": "relu"},
        {"name": "dense", "units": 3, "activation": "tanh"},
        {"name": "dense", "units": 2, "activation": "softmax"},
    ]
    looked = seen("moons", network={"layers": layers})
    looked.parameters["0.bias"][...] = [-100, 0, 100]
    looked.parameters["1.weight"][...] = 0
    looked.parameters["1.bias"][...] = [0, 5, -5]
    arrays = looked.frame().arrays
    assert arrays["dead.0"].tolist() == [1, 0, 0]
    assert arrays["saturated.0"].tolist() == [0, 0, 0]
    assert arrays["dead.1"].tolist() == [0, 0, 0]
    assert arrays["saturated.1"].tolist() == [0, 1, 1]


def test_a_unit_that_is_seldom_at_a_flat_end_is_not_saturated(seen):
    layers = [
        {"name": "dense", "units": 2, "activation": "sigmoid"},
        {"name": "dense", "units": 2, "activation": "softmax"},
    ]
    looked = seen("moons", network={"layers": layers})
    looked.parameters["0.weight"][...] = [[2, 0], [500, 0]]
    rows = looked.prepared.parts["validation"].X
    a = 1 / (1 + np.exp(-np.clip(rows @ np.array([[2.0, 500.0], [0, 0]]), -700, 700)))
    flat = (a * (1 - a) < 0.05 / 4).mean(axis=0)
    assert flat[0] < 0.9 <= flat[1]
    assert looked.frame().arrays["saturated.0"].tolist() == [0, 1]


def test_a_channel_is_dead_that_is_dark_at_every_position_of_every_image(seen_rows):
    X = np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8), dtype=np.uint8)
    layers = [
        {"name": "conv2d", "channels": 3, "kernel_size": 3, "activation": "relu"},
        {"name": "flatten"},
        {"name": "dense", "units": 2, "activation": "softmax"},
    ]
    looked = seen_rows((X, np.arange(60) % 2), network={"layers": layers})
    looked.parameters["0.bias"][...] = [0, -1000, 0]
    assert looked.frame().arrays["dead.0"].tolist() == [0, 1, 0]


def test_the_shares_of_layers_are_made_of_the_same_truths():
    from axone.activations import ACTIVATIONS

    a = np.random.default_rng(0).uniform(-1, 1, (50, 6)).astype(np.float32)
    a[:, 0] = 0
    a[:40, 1] = 0.999
    by_hand = {
        "relu": ((a <= 0).all(axis=0).mean(), 0.0),
        "tanh": (0.0, (1 - a.astype(float) ** 2 < 0.05).mean()),
        "identity": (0.0, 0.0),
    }
    for name, (dead, saturated) in by_hand.items():
        function = ACTIVATIONS.resolve(name)
        assert function.dead_share(a) == function.dead(a).mean() == pytest.approx(dead)
        assert function.saturated_share(a) == pytest.approx(saturated)
        assert function.saturated(a).mean() == pytest.approx(saturated)
