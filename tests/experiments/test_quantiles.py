"""Runs that say quantiles: of tables where they are asked for, of a series always."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error, mean_pinball_loss

import axone as ax
from axone.errors import ConfigurationError
from axone.experiments import Experiment, load_run, prepare, run
from axone.losses import LOSSES, Quantile
from axone.model import load

LEVELS = (0.1, 0.5, 0.9)
TRAINING = {"loss": {"name": "quantile", "levels": list(LEVELS)}, "epochs": 15}
SERIES = {"lags": 14, "horizon": 7, "periods": [7]}


def described(source, **tables):
    return Experiment.from_source(str(source), tables)


def codes(notes):
    return {getattr(note, "code", "") for note in notes}


def shop(days=420, seed=0):
    """Sales of a week's shape, less sure on its last days."""
    random = np.random.default_rng(seed)
    place = np.arange(days) % 7
    shape = np.array([5.0, 6, 7, 8, 12, 15, 1])[place]
    return pd.DataFrame({"sales": 100 + 10 * shape + (2 + 3 * place) * random.normal(size=days)})


def noisy(rows=600, seed=0, columns=1):
    """Numbers whose noise grows with what they hang on."""
    random = np.random.default_rng(seed)
    X = random.uniform(0, 1, (rows, 3))
    noise = random.normal(size=(rows, columns)) * (0.1 + X[:, :1])
    return X, np.squeeze(3 * X[:, 1:2] + noise)


@pytest.fixture
def series(here):
    path = here / "shop.csv"
    shop().to_csv(path, index=False)
    return path


@pytest.fixture
def table(here):
    X, y = noisy()
    path = here / "noisy.npz"
    np.savez(path, X=X, y=y)
    return path


def test_a_quantile_run_scores_the_median_every_level_and_what_lies_between(table, here):
    result = run(described(table, training=TRAINING), here / "out")
    part = result.prepared.parts["test"]
    said = result.model.target.quantiles(result.model.forward(part.X))
    scores = result.metrics["test"]
    assert said.shape == (len(part), 3)
    assert scores["mae"] == pytest.approx(mean_absolute_error(part.y, said[:, 1]), abs=1e-5)
    losses = [mean_pinball_loss(part.y, said[:, at], alpha=q) for at, q in enumerate(LEVELS)]
    found = [scores[f"pinball_{level:g}"] for level in LEVELS]
    np.testing.assert_allclose(found, losses, atol=1e-5)
    assert scores["pinball"] == pytest.approx(np.mean(losses), abs=1e-5)
    inside = (said[:, 0] <= part.y) & (part.y <= said[:, 2])
    assert scores["coverage"] == pytest.approx(inside.mean(), abs=1e-5)
    assert scores["width"] == pytest.approx((said[:, 2] - said[:, 0]).mean(), abs=1e-4)
    assert load(here / "out" / "model.safetensors").predict_quantiles(noisy()[0]).shape == (600, 3)


def test_the_constant_beside_it_is_the_quantiles_of_the_training_rows(table):
    result = described(table, training=TRAINING).run()
    parts = result.prepared.parts
    always = np.quantile(parts["train"].y, LEVELS)
    rows = parts["test"].y
    expected = [
        mean_pinball_loss(rows, np.full(len(rows), a), alpha=q)
        for a, q in zip(always, LEVELS, strict=True)
    ]
    constant = result.metrics["constant"]["test"]
    np.testing.assert_allclose([constant[f"pinball_{q:g}"] for q in LEVELS], expected, atol=1e-5)
    assert constant["width"] == pytest.approx(always[2] - always[0], abs=1e-5)
    still = {"epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-9}}
    hopeless = described(table, training=TRAINING | still).run()
    assert "no_better_than_quantiles" in codes(hopeless.metrics["notes"])


def test_the_score_of_an_epoch_is_that_of_the_median(table):
    result = described(table, training={**TRAINING, "restore_best": False}).run()
    last = result.training.history["validation_r2"][-1]
    # Where quantiles cross, they are sorted for the scores of the end.
    assert last == pytest.approx(result.metrics["validation"]["r2"], abs=2e-3)
    # Of the training rows it is met on the way, a little below what it comes to.
    assert result.training.history["train_r2"][-1] == pytest.approx(
        result.metrics["train"]["r2"], abs=0.1
    )


def test_several_targets_have_quantiles_each(here):
    X, y = noisy(columns=2)
    np.savez(here / "two.npz", X=X, y=y)
    result = described(here / "two.npz", training=TRAINING).run()
    assert result.prepared.network.output_shape == (6,)
    assert result.model.predict(X).shape == (600, 2)
    quantiles = result.model.predict_quantiles(X)
    assert quantiles.shape == (600, 2, 3)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    np.testing.assert_array_equal(quantiles[..., 1], result.model.predict(X))


def test_calibrated_quantiles_hold_their_levels_on_the_validation_rows(table, here):
    # One epoch leaves the network far from the truth: it is the validation rows that mend it.
    training = {**TRAINING, "epochs": 2, "calibrate": "auto"}
    result = run(described(table, training=training), here / "out")
    assert load_run(here / "out")[0].settings.training.calibrate == "spread"
    found = result.metrics["calibration"]
    assert found["method"] == "spread"
    assert list(found["spread"]) == ["0.1", "0.5", "0.9"]
    assert found["spread"]["0.5"] == 1
    assert found["validation"]["coverage_after"] == pytest.approx(0.8, abs=0.02)
    assert found["test"]["coverage_after"] == result.metrics["test"]["coverage"]
    plain = described(table, training={**TRAINING, "epochs": 2}).run()
    assert "calibration" not in plain.metrics
    assert plain.metrics["test"]["mae"] == result.metrics["test"]["mae"]
    saved = load(here / "out" / "model.safetensors")
    assert saved.target.spread == tuple(found["spread"].values())


def test_a_series_has_its_interval_without_asking(series, here, pictures):
    result = run(described(series, data={"target": "sales", "options": SERIES}), here / "out")
    settings = load_run(here / "out")[0].settings
    assert settings.network.preset == "forecast"
    assert settings.training.loss == Quantile((0.05, 0.5, 0.95))
    assert settings.training.calibrate == "spread"
    test = result.metrics["test"]
    assert 0.8 < test["coverage"] <= 1
    assert test["mae"] < result.metrics["seasonal"]["test"]["mae"]
    assert (here / "out" / "forecast.png").exists()
    again = run(Experiment.from_file(here / "out" / "experiment.toml"), here / "again")
    assert again.metrics["test"] == test
    np.testing.assert_array_equal(
        again.training.parameters.vector, result.training.parameters.vector
    )


def test_the_interval_of_a_series_is_drawn_with_its_level(series, here, drawn_forecasts):
    run(described(series, data={"target": "sales", "options": SERIES}), here / "out")
    ((positions, truth, said), details) = drawn_forecasts[0]
    lower, upper = details["lower"], details["upper"]
    assert details["level"] == pytest.approx(0.9)
    assert details["quantity"] == "sales"
    coverage = json.loads((here / "out" / "metrics.json").read_text())["test"]["coverage"]
    assert details["note"] == f"Of all test rows {coverage:.1%}."
    assert len(positions) == len(truth) == len(said) == len(lower) == len(upper)
    assert (lower <= said).all()
    assert (said <= upper).all()
    assert (np.diff(positions) == 1).all()


@pytest.fixture
def drawn_forecasts(monkeypatch, pictures):
    """What is handed to the picture of a forecast."""
    from axone.experiments import pictures as room

    seen = []
    draw = room.plot_forecast

    def look(*arrays, **details):
        seen.append((arrays, details))
        return draw(*arrays, **details)

    monkeypatch.setattr(room, "plot_forecast", look)
    return seen


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"training": {"loss": "mse", "epochs": 2}}, "no_interval"),
        ({"data": {"validation": 0.0}, "training": {"epochs": 2}}, "interval_as_learnt"),
        ({"network": {"hidden": [8]}, "training": {"epochs": 2}}, None),
    ],
)
def test_a_forecast_says_what_its_interval_lacks(series, tables, code):
    data = {"target": "sales", "options": SERIES, **tables.get("data", {})}
    prepared = prepare(described(series, **{**tables, "data": data}))
    found = codes(prepared.notes) & {"no_interval", "interval_as_learnt"}
    assert found == ({code} if code else set())


def test_a_window_that_says_more_than_it_reads_is_read_as_it_is(series):
    options = {"lags": 3, "horizon": 7}
    prepared = prepare(described(series, data={"target": "sales", "options": options}))
    assert prepared.network.input_shape == (1, 3)
    assert prepared.network.output_shape == (21,)


def test_folds_of_a_series_are_calibrated_each(series):
    experiment = described(
        series, data={"target": "sales", "options": SERIES}, training={"epochs": 30}
    )
    folds = experiment.cross_validate(3).folds
    assert all(fold.scores["coverage"] > 0.7 for fold in folds)


@pytest.mark.parametrize(
    ("levels", "complaint"),
    [
        ([0.9, 0.1], "each above the one before"),
        ([0.5, 0.5], "each above the one before"),
        ([0.0, 0.5], "greater than 0"),
        ([0.5, 1.5], "less than 1"),
        ([], "1 to 1000"),
        (["a"], "must be a number"),
    ],
)
def test_levels_that_are_none_are_refused(levels, complaint):
    with pytest.raises(ConfigurationError, match=complaint):
        described("diabetes", training={"loss": {"name": "quantile", "levels": levels}})


def test_what_has_no_quantiles_is_told():
    with pytest.raises(ConfigurationError, match="does not fit a classification"):
        prepare(described("iris", training=TRAINING))
    with pytest.raises(ConfigurationError, match="an autoencoder gives its input back"):
        prepare(described("iris", network={"preset": "autoencoder"}, training=TRAINING))
    ends = {"loss": {"name": "quantile", "levels": [0.05, 0.95]}}
    with pytest.raises(ConfigurationError, match=r"give 0\.5 among the levels, beside"):
        prepare(described("diabetes", training=ends))
    layers = {"layers": [{"name": "dense", "units": 1}]}
    with pytest.raises(ConfigurationError, match=r"3 quantiles of 1 number .* must have 3 units"):
        prepare(described("diabetes", network=layers, training=TRAINING))
    with pytest.raises(ConfigurationError, match="'temperature' does not suit diabetes; 'spread'"):
        prepare(described("diabetes", training={**TRAINING, "calibrate": "temperature"}))
    with pytest.raises(ConfigurationError, match="'spread' does not suit iris; 'temperature'"):
        prepare(described("iris", training={"calibrate": "spread"}))
    held_out = {"data": {"validation": 0.0}, "training": {**TRAINING, "calibrate": "spread"}}
    with pytest.raises(ConfigurationError, match="found on validation rows"):
        prepare(described("diabetes", **held_out))


def test_a_single_level_is_one_number_as_of_any_loss(table):
    training = {"loss": {"name": "quantile", "levels": 0.9}, "epochs": 20}
    result = described(table, training=training).run()
    assert result.prepared.network.output_shape == (1,)
    assert "coverage" not in result.metrics["test"]
    X, y = noisy(seed=1)
    assert (y <= result.model.predict(X)).mean() > 0.7


def test_a_run_of_quantiles_is_resumed_to_the_same_bits(table, here):
    whole = run(described(table, training=TRAINING), here / "whole")
    run(described(table, training={**TRAINING, "epochs": 6}), here / "parts")
    longer = {"training": {"epochs": 15}}
    experiment = Experiment.from_file(here / "parts" / "experiment.toml", longer)
    resumed = run(experiment, here / "parts", resume=True)
    np.testing.assert_array_equal(
        resumed.training.parameters.vector, whole.training.parameters.vector
    )


def test_quantiles_begin_with_what_a_run_of_single_numbers_has_learnt(table, here):
    run(described(table, training={"epochs": 5}), here / "first")
    network = {"start_from": str(here / "first"), "frozen": 1}
    result = described(table, network=network, training=TRAINING).run()
    assert result.prepared.network.output_shape == (3,)
    first = load(here / "first" / "model.safetensors").parameters
    np.testing.assert_array_equal(result.training.parameters["0.weight"], first["0.weight"])


def test_a_forecast_gives_another_run_nothing_to_begin_with_and_says_so(series, here):
    data = {"target": "sales", "options": SERIES}
    run(described(series, data=data, training={"epochs": 2}), here / "first")
    begun = described(series, data=data, network={"start_from": str(here / "first")})
    with pytest.raises(ConfigurationError, match="those of its last layer"):
        prepare(begun)


def test_the_metrics_of_a_series_are_plain_json(series, here):
    run(described(series, data={"target": "sales", "options": SERIES}), here / "out")
    metrics = json.loads((here / "out" / "metrics.json").read_text())
    assert metrics["seasonal"]["season"] == 7
    assert {"mae", "rmse", "r2"} <= set(metrics["seasonal"]["test"])
    assert metrics["calibration"]["validation"]["coverage_after"] == pytest.approx(0.9, abs=0.02)


def test_a_forecast_no_better_than_the_season_before_is_told(here):
    days = np.arange(300)
    pd.DataFrame({"sales": (days % 7).astype(float)}).to_csv(here / "week.csv", index=False)
    options = {"lags": 14, "horizon": 1, "periods": [7]}
    hopeless = {"epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-9}}
    result = described("week.csv", data={"target": "sales", "options": options}, training=hopeless)
    metrics = result.run().metrics
    assert metrics["seasonal"]["test"]["mae"] == 0
    assert "no_better_than_season" in codes(metrics["notes"])


def test_the_forecaster_and_a_run_train_the_same_network(series):
    prepared = prepare(described(series, data={"target": "sales", "options": SERIES}))
    forecaster = ax.Forecaster(
        lags=14, horizon=7, periods=(7,), n_networks=1, calibration_folds=0, max_iter=1
    ).fit(shop())
    assert forecaster.network_ == prepared.network
    assert forecaster.model_.loss == prepared.loss
    assert prepared.preprocessing.steps[-1] == forecaster.preprocessing_.steps[-1]


def test_the_loss_knows_which_of_its_outputs_are_the_answer():
    assert Quantile(LEVELS).answers == slice(1, None, 3)
    assert Quantile(0.9).answers == slice(0, None, 1)
    assert LOSSES.resolve("mse").answers == slice(None)


def test_an_autoencoder_of_windows_is_no_forecast(series):
    data = {"target": "sales", "options": SERIES, "task": "reconstruction"}
    prepared = prepare(described(series, data=data))
    assert not codes(prepared.notes) & {"no_interval", "interval_as_learnt"}
