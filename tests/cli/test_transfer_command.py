"""--from and --freeze of `axone train`, and the commands that meet an autoencoder."""

import csv
import io
import json

import numpy as np
import pytest

import axone as ax


@pytest.fixture
def body(axone, here):
    axone("train", "iris", "--hidden", "8,6", "--epochs", "2", "--out", "body", "-q")
    return here / "body"


def test_a_run_begins_with_another_and_freezes_its_first_layers(axone, here, body):
    printed = axone(
        *("train", "iris", "--from", "body", "--freeze", "1", "--hidden", "5"),
        *("--epochs", "2", "--out", "next"),
    ).stdout
    assert "begins with the first 2 layers of" in " ".join(printed.split())
    begun, ended = (ax.load(here / name / "model.safetensors") for name in ("body", "next"))
    np.testing.assert_array_equal(ended.parameters["0.weight"], begun.parameters["0.weight"])
    assert [layer.units for layer in ended.network.layers] == [8, 6, 5, 3]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "nothing"), "--from"),
        (("--from", "body", "--preset", "mlp"), "two networks"),
        (("--from", "body", "--freeze", "9"), "leaves nothing to learn"),
        (("--freeze", "last"), "last"),
    ],
)
def test_what_cannot_be_begun_with_is_refused(refused, body, words, said):
    assert said in " ".join(refused("train", "iris", "--epochs", "1", *words).split())


def test_an_autoencoder_is_trained_measured_and_asked_for_scores(axone, here):
    X = np.random.default_rng(0).normal(size=(60, 6))
    np.savez(here / "rows.npz", X=X)
    axone("train", "rows.npz", "--task", "reconstruction", "--epochs", "2", "--out", "run", "-q")
    model = ax.load(here / "run" / "model.safetensors")
    printed = axone("predict", "run", "rows.npz").stdout
    lines = list(csv.reader(io.StringIO(printed)))
    assert lines[0] == ["anomaly_score"]
    np.testing.assert_array_equal(np.array(lines[1:], float)[:, 0], model.anomaly_scores(X))
    found = json.loads(axone("evaluate", "run", "rows.npz", "--json").stdout)
    assert found["rows.npz"]["mse"] == pytest.approx(model.anomaly_scores(X).mean(), rel=1e-4)
    assert (
        "6 inputs, to be given back"
        in axone(
            "train", "rows.npz", "--preset", "autoencoder", "--epochs", "1", "--out", "run2"
        ).stdout
    )
