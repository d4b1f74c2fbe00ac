"""Scripts of the run as it stands, each run by itself, end with its weights."""

import contextlib
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import axone as ax
from axone.cli import app
from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.playground.bench import Bench
from axone.playground.questions.code import code

TANH = {"hidden_layers": [{"name": "dense", "units": 6, "activation": "tanh"}]}
SPIRALS = {"source": "spirals", "options": {"rows": 120}, "validation": 0.25}
LAYERS = [
    {"name": "dense", "units": 5, "activation": "z * sigmoid(1.5*z)"},
    {"name": "dropout", "rate": 0.2},
    "batch_norm",
]
DESIGNS = [
    {"data": SPIRALS, "network": TANH},
    {
        "data": {"source": "iris"},
        "network": {"hidden_layers": LAYERS},
        "training": {"l2": 0.1, "optimizer": "momentum", "class_weight": "balanced"},
        "seed": 3,
    },
    {"data": {"source": "diabetes"}, "network": TANH, "training": {"clip_norm": 1.0}},
    {"data": SPIRALS, "network": TANH, "training": {"schedule": "step"}, "dtype": "float64"},
]


@pytest.fixture
def begun(tmp_path):
    """Return a bench on a design, so many epochs trained."""

    def begin(design, epochs=4):
        bench = Bench(tmp_path / "session")
        bench.folder.mkdir()
        bench.set_design(design)
        for _epoch in range(epochs):
            bench.epoch()
        return bench

    return begin


@pytest.fixture
def carried_out(tmp_path, monkeypatch):
    """Run a script in an empty folder, and return the array that an expression is at its end."""

    def carry_out(text, wanted="result.parameters.vector"):
        place = tmp_path / "script"
        place.mkdir(exist_ok=True)
        monkeypatch.chdir(place)
        found = {"__name__": "__main__"}
        exec(compile(text, "script.py", "exec"), found)
        return eval(wanted, found, {"numpy": np})

    return carry_out


@pytest.fixture
def torch():
    """PyTorch, with nothing left of what a script tells it."""
    torch = pytest.importorskip("torch")
    threads, dtype, state = (
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.get_rng_state(),
    )
    yield torch
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)
    torch.set_rng_state(state)


def test_a_script_runs_by_itself(begun, tmp_path):
    bench = begun(DESIGNS[0], epochs=2)
    ending = '\nimport numpy\nnumpy.save("found.npy", result.parameters.vector)\n'
    text = code(bench, {"target": "python"})["text"]
    (tmp_path / "script.py").write_text(text + ending, encoding="utf-8")
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, check=True)
    assert np.array_equal(np.load(tmp_path / "found.npy"), shown(bench))


def shown(bench):
    return bench.parameters().vector


@pytest.mark.parametrize("design", DESIGNS)
def test_a_script_in_python_ends_with_the_very_weights_of_the_page(begun, carried_out, design):
    bench = begun(design)
    told = code(bench, {"target": "python"})
    assert told["notes"] == []
    assert np.array_equal(carried_out(told["text"]), shown(bench))


def test_a_script_ends_at_the_epoch_that_is_looked_back_at(begun, carried_out):
    bench = begun(DESIGNS[0], epochs=6)
    bench.look_back(3)
    told = code(bench, {"target": "python"})
    assert told["name"] == "spirals-3.py"
    assert np.array_equal(carried_out(told["text"]), shown(bench))


def test_a_file_is_the_one_that_train_makes_the_weights_of_the_page_with(begun, tmp_path):
    bench = begun(DESIGNS[1])
    told = code(bench, {"target": "toml"})
    assert told["name"] == "iris-4.toml"
    (tmp_path / "run.toml").write_text(told["text"])
    with contextlib.chdir(tmp_path):
        words = ["train", "run.toml", "--out", "run", "--no-pictures"]
        assert CliRunner().invoke(app, words).exit_code == 0
    model = ax.load(tmp_path / "run" / "model.safetensors")
    assert np.array_equal(model.parameters.vector, shown(bench))


@pytest.mark.parametrize(("dtype", "near"), [("float32", 1e-5), ("float64", 1e-10)])
def test_exact_pytorch_ends_with_the_weights_of_the_page_within_rounding(
    torch, begun, carried_out, dtype, near
):
    bench = begun({"data": SPIRALS, "network": TANH, "dtype": dtype}, epochs=2)
    told = code(bench, {"target": "pytorch", "exact": True})
    wanted = "numpy.concatenate([p.detach().numpy().ravel() for p in model.parameters()])"
    np.testing.assert_allclose(carried_out(told["text"], wanted), shown(bench), rtol=0, atol=near)


def test_plain_pytorch_trains_as_many_epochs_to_as_good_a_network(torch, begun, carried_out):
    design = {"data": {"source": "iris"}, "network": TANH, "training": {"batch_size": 8}}
    bench = begun(design, epochs=30)
    text = code(bench, {"target": "pytorch"})["text"]
    rows = bench.design.prepared.parts["validation"]
    wanted = (
        "(model(torch.as_tensor(X_validation)).argmax(1).numpy() == numpy.asarray(y_validation))"
    )
    right = carried_out(text, wanted)
    assert right.shape == (len(rows),)
    assert right.mean() == pytest.approx(bench.history()["validation_accuracy"][-1], abs=0.15)


def test_scikit_learn_given_the_first_weights_takes_the_steps_of_the_page(begun, monkeypatch):
    from sklearn.neural_network import MLPClassifier

    adam = {"name": "adam", "form": "uncorrected"}
    design = {"data": {"source": "iris"}, "network": TANH, "training": {"optimizer": adam}}
    bench = begun(design | {"dtype": "float64"}, epochs=1)
    network, recipe = bench.design.prepared.network, bench.run.recipe
    first = network.initialize(0, "float64")
    pairs = iter(
        (first[f"{n}.weight"].T.copy(), first[f"{n}.bias"].copy())
        for n in range(len(network.layers))
    )
    order = recipe.order(0, len(bench.run.examples))
    monkeypatch.setattr(MLPClassifier, "_init_coef", lambda self, *sizes: next(pairs))
    monkeypatch.setattr(
        "sklearn.neural_network._multilayer_perceptron.shuffle",
        lambda index, random_state: index[order],
    )
    names = {}
    exec(code(bench, {"target": "scikit-learn"})["text"], names)
    model = names["model"]
    pairs_found = zip(model.coefs_, model.intercepts_, strict=True)
    found = np.concatenate([part for w, b in pairs_found for part in (w.T.ravel(), b)])
    np.testing.assert_allclose(found, shown(bench), rtol=0, atol=1e-10)


@pytest.fixture
def uploaded(tmp_path):
    """Return a bench on a file that the page was given under a name of its own."""
    content = "a,b,kind\n" + "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(60))
    hidden = tmp_path / "session-of-somebody"
    hidden.mkdir()
    (hidden / "0001.csv").write_text(content)
    bench = Bench(hidden)
    bench.sources.add("my rows.csv", hidden / "0001.csv")
    rows = {"source": "upload:my rows.csv", "target": "kind", "validation": 0.2}
    bench.set_design({"data": rows, "network": TANH})
    for _epoch in range(3):
        bench.epoch()
    return bench, content


def test_a_file_given_to_the_page_is_called_by_its_name_and_wanted_beside(
    uploaded, carried_out, tmp_path
):
    bench, content = uploaded
    for target in ("python", "toml"):
        told = code(bench, {"target": target})
        assert "beside" in told["notes"][0]
        assert "session-of-somebody" not in told["text"]
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "my rows.csv").write_text(content)
    text = code(bench, {"target": "python"})["text"]
    assert text.startswith("# Put the file my rows.csv beside")
    assert np.array_equal(carried_out(text), shown(bench))


def test_a_learning_rate_turned_by_hand_is_told_in_the_script(begun):
    bench = begun(DESIGNS[0], epochs=2)
    assert code(bench, {"target": "python"})["notes"] == []
    bench.turn(0.5)
    bench.epoch()
    told = code(bench, {"target": "python"})
    assert "turned by hand, first in epoch 3" in told["notes"][0]
    assert told["text"].startswith("# The learning rate was turned by hand")
    bench.look_back(2)
    assert code(bench, {"target": "python"})["notes"] == []


def test_a_run_that_stands_within_an_epoch_says_so(begun, carried_out):
    bench = begun(DESIGNS[0], epochs=2)
    at_the_end = shown(bench)
    bench.step()
    told = code(bench, {"target": "python"})
    assert "1 batch into the next epoch" in told["notes"][0]
    assert np.array_equal(carried_out(told["text"]), at_the_end)
    assert not np.array_equal(shown(bench), at_the_end)


def test_before_the_first_epoch_the_script_trains_all_of_the_design(begun):
    bench = begun({"data": SPIRALS, "network": TANH, "training": {"epochs": 70}}, epochs=0)
    told = code(bench, {"target": "python"})
    assert "max_epochs=70" in told["text"]
    assert "all 70 epochs" in told["notes"][0]


def test_a_schedule_over_the_whole_run_is_left_as_long_as_it_was(begun):
    training = {"epochs": 70, "schedule": "cosine"}
    bench = begun({"data": SPIRALS, "network": TANH, "training": training})
    told = code(bench, {"target": "python"})
    assert "max_epochs=70" in told["text"]
    assert "laid out over all 70 epochs" in told["notes"][0]


def test_what_a_target_cannot_express_is_refused_with_what_can(begun):
    bench = begun(DESIGNS[1], epochs=1)
    with pytest.raises(ConfigurationError, match="scikit-learn cannot express this run") as refused:
        code(bench, {"target": "scikit-learn"})
    assert "the layer BatchNorm" in str(refused.value)
    assert "toml" in str(refused.value)
    assert "--" not in str(refused.value)


@pytest.mark.parametrize("fields", [{}, {"target": 3}, {"target": "../python"}])
def test_an_unknown_target_is_refused(begun, fields):
    with pytest.raises(UnknownNameError, match="kind of code"):
        code(begun(DESIGNS[0], epochs=0), fields)


def test_exact_is_true_or_false(begun):
    with pytest.raises(ArgumentTypeError, match="true or false"):
        code(begun(DESIGNS[0], epochs=0), {"target": "pytorch", "exact": "yes"})
