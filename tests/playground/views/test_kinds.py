"""Every set that comes with Axone, every preset, odd networks: all have a frame, or a reason."""

import numpy as np
import pandas as pd
import pytest

from axone.data.builtin import BUILT_IN
from axone.data.generated import GENERATED
from axone.playground.views import PARTS
from axone.presets import PRESETS


def check(looked):
    """Hold a frame to what the view asked for: each part is there, or it was said why not."""
    frame = looked.frame(gradient_norms=np.ones(len(looked.network.layers)))
    names = {name.partition(".")[0] for name in frame.arrays}
    for part in set(PARTS) - {"curves", "units", "links"}:
        assert (part in names) is (part not in looked.stage.left_out), part
    assert names & {"units", "maps"}
    assert "not_finite" not in frame.header
    for name, array in frame.arrays.items():
        assert array.dtype.kind != "f" or np.isfinite(array).all(), name
    return frame


@pytest.mark.parametrize("source", [*BUILT_IN, *GENERATED])
def test_every_set_that_comes_with_axone_has_a_frame(seen, source):
    frame = check(seen(source))
    assert len(frame.arrays["points"]) <= 2000


def images(random):
    return random.integers(0, 256, (48, 12, 12), dtype=np.uint8), np.arange(48) % 3


def signals(random):
    return random.normal(size=(48, 2, 30)).astype(np.float32), np.arange(48) % 3


def features(random):
    return random.normal(size=(48, 5)), np.arange(48) % 3


def series(random):
    days = np.arange(200)
    return pd.DataFrame({"sales": 10 + np.sin(days * 0.9) + random.normal(size=200)})


ROWS = {
    "lenet": images,
    "cnn": images,
    "fcn-1d": signals,
    "resnet-1d": signals,
    "course-1d": signals,
    "gru": signals,
    "lstm": signals,
    "transformer": signals,
    "mlp": features,
    "autoencoder": features,
}


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "forecast"])
def test_every_preset_has_a_frame(seen_rows, preset):
    rows = ROWS[preset](np.random.default_rng(0))
    frame = check(seen_rows(rows, network={"preset": preset}))
    if preset in ("mlp", "autoencoder"):
        assert "surface" in frame.arrays
    else:
        assert frame.arrays["maps.input"].ndim in (2, 3)


def test_a_forecast_of_a_series_has_a_frame(seen, tmp_path):
    series(np.random.default_rng(0)).to_csv(tmp_path / "shop.csv", index=False)
    options = {"lags": 14, "horizon": 3}
    looked = seen(
        tmp_path / "shop.csv",
        data={"target": "sales", "options": options},
        network={"preset": "forecast"},
    )
    check(looked)


def test_texts_have_maps_of_their_positions(seen_rows):
    names = np.array(["anna", "bo", "carla", "dan", "eve", "fritz"] * 8)
    frame = check(seen_rows((names, np.arange(48) % 2), network={"preset": "gru"}))
    shape = frame.arrays["maps.input"].shape
    assert shape[0] == 1
    # What the embedding makes of every letter: features first, as channels.
    assert frame.arrays["maps.0"].shape[1] == shape[1]


def test_signals_of_unlike_lengths_are_dark_where_they_end(seen_rows):
    random = np.random.default_rng(0)
    X = random.normal(size=(48, 2, 20)).astype(np.float32)
    X[:, :, 15:] = np.nan
    X[::2, :, :] = random.normal(size=(24, 2, 20))
    looked = seen_rows((X, np.arange(48) % 2), network={"preset": "gru"})
    part = looked.prepared.parts["train"]
    assert part.mask is not None
    short = int(np.flatnonzero(~part.mask.all(axis=1))[0])
    again = seen_rows(
        (X, np.arange(48) % 2), {"example": {"row": short}}, network={"preset": "gru"}
    )
    assert not check(again).arrays["maps.input"][:, 15:].any()


@pytest.mark.parametrize(
    "layers",
    [
        [
            {
                "name": "dense",
                "units": 6,
                "activation": {"name": "formula", "formula": "a*z + tanh(z), a=0.5"},
            }
        ],
        [
            {"name": "dense", "units": 6},
            {"name": "batch_norm"},
            {"name": "activation", "function": "relu"},
        ],
        [
            {"name": "dense", "units": 6, "activation": "prelu"},
            {"name": "residual", "layers": [{"name": "dense", "units": 6, "activation": "relu"}]},
            {"name": "dropout", "rate": 0.3},
        ],
        [
            {"name": "reshape", "shape": [1, 2]},
            {"name": "conv1d", "channels": 3, "kernel_size": 2},
            {"name": "flatten"},
        ],
    ],
)
def test_odd_networks_have_a_frame(seen, layers):
    output = {"name": "dense", "units": 2, "activation": "softmax"}
    check(seen("moons", network={"layers": [*layers, output]}))


def test_many_classes_are_not_counted_in_a_table(seen_rows):
    y = np.repeat(np.arange(120), 6)
    X = np.random.default_rng(0).normal(size=(720, 2))
    looked = seen_rows((X, y))
    assert "120 classes" in looked.stage.left_out["confusion"]
    assert check(looked).extras("surface")["winner"] is True
