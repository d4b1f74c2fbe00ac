"""Scripts of scikit-learn: given Axone's first weights and batches they take the same steps."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from axone.code import source_of
from axone.errors import ConfigurationError
from axone.experiments import prepare
from axone.experiments.training import build_trainer

KINDS = (MLPClassifier, MLPRegressor)


@pytest.fixture
def given_weights(monkeypatch):
    """Let the estimators begin with Axone's weights, and take the rows in Axone's order."""

    def give(described):
        prepared = prepare(described)
        network = prepared.network
        first = network.initialize(described.settings.seed, "float64")
        pairs = iter(
            [
                (first[f"{n}.weight"].T.copy(), first[f"{n}.bias"].copy())
                for n in range(len(network.layers))
            ]
        )
        order = build_trainer(prepared).recipe.order(0, len(prepared.parts["train"]))
        monkeypatch.setattr(
            "sklearn.neural_network._multilayer_perceptron.shuffle",
            lambda index, random_state: index[order],
        )
        for kind in KINDS:
            monkeypatch.setattr(kind, "_init_coef", lambda self, *sizes: next(pairs))

    return give


@pytest.mark.parametrize(
    ("source", "training"),
    [
        ("iris", {"optimizer": {"name": "adam", "form": "uncorrected"}}),
        ("wine", {"optimizer": "momentum", "l2": 0.5}),
        ("wine", {"optimizer": "sgd"}),
        ("diabetes", {"optimizer": {"name": "adam", "form": "uncorrected"}, "l2": 0.3}),
        ("diabetes", {"optimizer": "nesterov"}),
    ],
)
def test_the_settings_make_the_steps_of_the_run(
    experiment, script, learnt, given_weights, source, training
):
    network = {"hidden": [6], "activation": "tanh"}
    described = experiment(source, {"network": network, "training": {"epochs": 1} | training})
    wanted = learnt(described)
    given_weights(described)
    model = script(described, "scikit-learn")["model"]
    pairs = zip(model.coefs_, model.intercepts_, strict=True)
    found = np.concatenate([part for w, b in pairs for part in (w.T.ravel(), b)])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("source", ["wine", "diabetes"])
def test_a_script_finds_as_good_a_model(experiment, script, source):
    """Of three seeds the mean of the scores is near Axone's from first weights of that kind.

    That the steps are the same is held above, to rounding; here a script that learns nothing, or
    other rows, would show. Of 15 % test rows diabetes has too few to tell by: there R² was 0.27 in
    PyTorch and 0.19 here over three seeds, 0.26 and 0.28 over five.
    """

    def score(names):
        return float(names["printed"].split(":")[1])

    ours, theirs = [], []
    for seed in range(3):
        network = {"hidden": [8], "initializer": "glorot_uniform"}
        settings = {"network": network, "training": {"epochs": 40}}
        described = experiment(source, {"seed": seed, "data": {"test": 0.3}} | settings)
        ours.append(score(script(described)))
        theirs.append(score(script(described, "sklearn")))
    assert np.mean(theirs) == pytest.approx(np.mean(ours), abs=0.06)


@pytest.mark.parametrize("source", ["iris", "breast_cancer", "diabetes"])
@pytest.mark.parametrize("validation", [0.15, 0.0])
def test_the_rows_are_those_of_the_run(experiment, script, source, validation):
    data = {"validation": validation}
    described = experiment(source, {"data": data, "seed": 5, "training": {"epochs": 1}})
    names, prepared = script(described, "scikit-learn"), prepare(described)
    assert "load_dataset" not in names
    for part, rows in prepared.parts.items():
        np.testing.assert_allclose(names[f"X_{part}"], rows.X, rtol=1e-12, atol=1e-12)
        y = rows.y if prepared.dataset.task == "classification" else prepared.target.scaled(rows.y)
        np.testing.assert_allclose(names[f"y_{part}"], y, rtol=1e-12, atol=1e-12)


def test_other_tables_are_read_by_axone(here, experiment, script):
    rows = "\n".join(f"{i % 7},{'rgb'[i % 3]}" for i in range(60))
    (here / "table.csv").write_text(f"size,colour\n{rows}\n")
    described = experiment("table.csv", {"data": {"target": "colour"}, "training": {"epochs": 2}})
    assert "accuracy (test)" in script(described, "scikit-learn")["printed"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"network": {"hidden": [4], "batch_norm": True}}, "the layer BatchNorm"),
        ({"network": {"hidden": [4], "activation": "gelu"}}, "the activation gelu"),
        ({"training": {"optimizer": "rmsprop"}}, "the optimizer rmsprop"),
        ({"training": {"schedule": "step"}}, "the schedule step"),
        ({"training": {"schedule": "cosine"}}, "cosine"),
        ({"training": {"class_weight": "balanced"}}, "the weights of classes"),
        ({"training": {"label_smoothing": 0.1}}, "the smoothing of labels"),
    ],
)
def test_what_scikit_learn_cannot_express_is_refused_with_who_can(experiment, settings, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        source_of(prepare(experiment("iris", settings)), "scikit-learn")
    assert "toml" in str(refused.value)
