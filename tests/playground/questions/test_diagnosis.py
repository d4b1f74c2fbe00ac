"""Findings of real runs, their remedies laid over the design, and undo."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from axone.errors import ArgumentTypeError, ConfigurationError
from axone.messages import use_language
from axone.playground import diagnosing
from axone.playground.bench import Bench
from axone.playground.diagnosing import stands_still
from axone.playground.questions.diagnosis import diagnosis, remedy
from axone.playground.scenes import SCENES
from axone.training import Diagnosis, History
from axone.training.diagnosis import Case, diagnose_case

SETTLED_SECONDS = 60


def learnt(bench: Bench, epochs: int) -> None:
    for _epoch in range(epochs):
        bench.epoch()


def found(bench: Bench) -> dict[str, Any]:
    """Ask as the page does, until the look is up to date."""
    until = time.monotonic() + SETTLED_SECONDS
    while not (answer := diagnosis(bench, {}))["current"]:
        assert time.monotonic() < until
    return answer


def codes(bench: Bench) -> list[str]:
    return [finding["code"] for finding in found(bench)["findings"]]


def number_of(bench: Bench, code: str) -> int:
    return next(each["number"] for each in found(bench)["findings"] if each["code"] == code)


FAILURES: Mapping[str, tuple[str, int]] = {
    "rate-too-high": ("diverged", 30),
    "exploding-gradients": ("exploding_gradients", 60),
    "unscaled-target": ("unscaled_target", 40),
    "dead-units": ("dead_units", 120),
    "unscaled-features": ("unscaled_features", 60),
    "vanishing-gradients": ("vanishing_gradients", 100),
    "symmetric-weights": ("symmetric_weights", 150),
    "saturated-units": ("saturated_units", 150),
    "overfitting": ("overfitting", 150),
}


@pytest.mark.filterwarnings("ignore:All weights of layer")
@pytest.mark.parametrize("name", FAILURES)
def test_a_remedy_that_is_applied_takes_the_finding_away(empty_bench: Bench, name: str) -> None:
    code, epochs = FAILURES[name]
    empty_bench.set_design(SCENES[name].design)
    learnt(empty_bench, epochs)
    before = best_score(empty_bench)
    assert code in codes(empty_bench)
    remedy(empty_bench, {"finding": number_of(empty_bench, code), "remedy": 1})
    learnt(empty_bench, epochs)
    assert code not in codes(empty_bench)
    assert best_score(empty_bench) > before


def best_score(bench: Bench) -> float:
    """The last validation score; of a run without an epoch, which is no better than a guess, 0."""
    history = bench.history()
    column = next((n for n in ("validation_accuracy", "validation_r2") if n in history), None)
    return 0.0 if column is None else history[column][-1]


def test_undo_restores_the_design_that_a_remedy_changed(empty_bench: Bench) -> None:
    empty_bench.set_design(SCENES["unscaled-features"].design)
    learnt(empty_bench, 30)
    before, weights = empty_bench.design.data, empty_bench.parameters().vector
    answer = remedy(empty_bench, {"finding": number_of(empty_bench, "unscaled_features")})
    assert answer["design"]["data"]["scaling"] == "standard"
    assert answer["state"]["can_undo"]
    empty_bench.undo()
    assert empty_bench.design.data == before
    assert (empty_bench.parameters().vector == weights).all()


def test_a_remedy_for_the_layers_changes_every_hidden_one_and_leaves_the_output(
    empty_bench: Bench,
) -> None:
    empty_bench.set_design(SCENES["vanishing-gradients"].design)
    learnt(empty_bench, 60)
    output = empty_bench.design.prepared.network.layers[-1]
    remedy(empty_bench, {"finding": number_of(empty_bench, "vanishing_gradients")})
    hidden = empty_bench.design.data["network"]["hidden_layers"]
    kinds = [layer if isinstance(layer, str) else layer["name"] for layer in hidden]
    assert kinds == ["dense", "batch_norm", "activation"] * 8
    assert empty_bench.design.prepared.network.layers[-1] == output


def test_a_network_by_its_preset_becomes_a_list_of_layers(empty_bench: Bench) -> None:
    design = {
        "data": {"source": "moons", "options": {"rows": 60, "noise": 0.4}, "test": 0},
        "network": {"preset": "mlp"},
        "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 16},
    }
    empty_bench.set_design(design)
    learnt(empty_bench, 300)
    parameters = empty_bench.design.prepared.network.layout.size
    remedy(empty_bench, {"finding": number_of(empty_bench, "overfitting")})
    network = empty_bench.design.data["network"]
    assert "preset" not in network
    names = [each if isinstance(each, str) else each["name"] for each in network["hidden_layers"]]
    assert "dropout" in names
    assert empty_bench.design.data["training"]["batch_size"] == 16
    assert empty_bench.design.prepared.network.layout.size == parameters


def test_a_healthy_run_has_no_findings(bench: Bench) -> None:
    bench.set_design(
        {
            "data": {"source": "blobs", "options": {"rows": 300}, "test": 0},
            "network": {"hidden_layers": [{"name": "dense", "units": 8, "activation": "tanh"}]},
            "training": {"optimizer": {"name": "adam", "learning_rate": 0.02}},
        }
    )
    learnt(bench, 60)
    answer = found(bench)
    assert (answer["findings"], answer["epoch"]) == ([], 60)


def test_a_young_run_is_not_told_that_it_has_learnt_too_little(bench: Bench) -> None:
    told = codes(bench)
    assert not {"underfitting", "not_learning", "no_better_than_constant"} & set(told)


def test_a_loss_that_stands_still_is_told_before_the_run_ends(empty_bench: Bench) -> None:
    empty_bench.set_design(SCENES["too-much-l2"].design)
    learnt(empty_bench, 80)
    assert empty_bench.attempt.ended is None
    assert "underfitting" in codes(empty_bench)


def test_while_a_run_goes_on_the_answer_is_that_of_the_last_look(
    empty_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_bench.set_design(SCENES["unscaled-features"].design)
    learnt(empty_bench, 20)
    found(empty_bench)
    may_end = threading.Event()

    def held(case: Case) -> Diagnosis:
        may_end.wait(SETTLED_SECONDS)
        return diagnose_case(case)

    monkeypatch.setattr(diagnosing, "diagnose_case", held)
    empty_bench.playing = True
    empty_bench.learn()
    answer = diagnosis(empty_bench, {})
    may_end.set()
    assert not answer["current"]
    assert answer["epoch"] == 20
    assert "unscaled_features" in [each["code"] for each in answer["findings"]]
    assert found(empty_bench)["epoch"] == empty_bench.shown_epoch()


@pytest.mark.filterwarnings("ignore:All weights of layer")
def test_a_later_look_finds_what_a_first_one_would(empty_bench: Bench) -> None:
    for name in ("dead-units", "overfitting", "symmetric-weights"):
        empty_bench.set_design(SCENES[name].design)
        for _look in range(3):
            learnt(empty_bench, 30)
            found(empty_bench)
        later = [
            (each["code"], each["cause"], each["lines"]) for each in found(empty_bench)["findings"]
        ]
        first = empty_bench.result().diagnosis
        told = {each.code: each for each in first}
        assert later == [
            (code, str(told[code].cause), [str(line) for line in told[code].evidence])
            for code, _cause, _lines in later
        ]
        assert later


def test_findings_are_told_in_the_language_in_use(empty_bench: Bench) -> None:
    empty_bench.set_design(SCENES["rate-too-high"].design)
    learnt(empty_bench, 5)
    english = found(empty_bench)["findings"][0]["title"]
    use_language("fr")
    try:
        french = found(empty_bench)["findings"][0]["title"]
    finally:
        use_language(None)
    assert english.startswith("The loss is no longer")
    assert french != english


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, ArgumentTypeError),
        ({"finding": 0}, ConfigurationError),
        ({"finding": 1.5}, ArgumentTypeError),
        ({"finding": "1"}, ArgumentTypeError),
        ({"finding": 99}, ConfigurationError),
        ({"finding": 1, "remedy": 2}, ConfigurationError),
        ({"finding": 1, "code": "no_such"}, ConfigurationError),
        ({"finding": 1, "code": ["diverged"]}, ArgumentTypeError),
    ],
)
def test_a_finding_that_there_is_not_is_refused_in_words(
    empty_bench: Bench, fields: dict[str, Any], error: type[Exception]
) -> None:
    empty_bench.set_design(SCENES["rate-too-high"].design)
    learnt(empty_bench, 5)
    assert codes(empty_bench)
    before = empty_bench.design
    with pytest.raises(error):
        remedy(empty_bench, fields)
    assert empty_bench.design is before


def test_a_finding_of_another_design_is_refused(empty_bench: Bench) -> None:
    empty_bench.set_design(SCENES["rate-too-high"].design)
    learnt(empty_bench, 5)
    assert codes(empty_bench)
    empty_bench.set_design(SCENES["iris-small"].design)
    with pytest.raises(ConfigurationError, match="has changed since then"):
        remedy(empty_bench, {"finding": 1})


def test_a_loss_stands_still_when_its_last_quarter_brings_next_to_nothing() -> None:
    falling = [1 / (1 + 0.1 * epoch) for epoch in range(80)]
    still = falling[:40] + [falling[39]] * 40
    told: Callable[[list[float]], bool] = lambda losses: stands_still(  # noqa: E731
        History({"epoch": list(range(1, len(losses) + 1)), "train_loss": losses})
    )
    assert (told(falling), told(still), told(still[:30])) == (False, True, False)
