"""Scenes over the bench: the list, setting one up, and its check."""

import time
from typing import Any

import pytest

from axone.errors import ArgumentTypeError, UnknownNameError
from axone.messages import use_language
from axone.playground.bench import Bench
from axone.playground.questions.scenes import check, scene, scenes
from axone.playground.scenes import SCENES


def learnt(bench: Bench, epochs: int) -> None:
    for _epoch in range(epochs):
        bench.epoch()


def checked(bench: Bench, name: str) -> dict[str, Any]:
    """Ask as the page does, until no diagnosis is waited for."""
    until = time.monotonic() + 60
    while (answer := check(bench, {"name": name}))["pending"]:
        assert time.monotonic() < until
    return answer


def test_the_list_tells_every_scene_with_its_question_and_hints(bench: Bench) -> None:
    told = scenes(bench, {})
    assert [each["name"] for each in told] == list(SCENES)
    assert all(each["question"] and each["hints"] and each["chapter"] for each in told)
    assert {each["kind"] for each in told} == {"look", "reach", "mend"}


def test_the_list_is_in_the_language_in_use(bench: Bench) -> None:
    use_language("fr")
    try:
        told = scenes(bench, {})
    finally:
        use_language(None)
    assert [each["name"] for each in told] == list(SCENES)


def test_a_scene_takes_the_place_of_the_design_and_undo_leads_back(bench: Bench) -> None:
    before = bench.design.data
    answer = scene(bench, {"name": "xor-by-fewest-units"})
    assert answer["design"]["data"]["source"] == "xor"
    assert answer["scene"]["title"] == "XOR by the fewest units"
    assert answer["state"]["epoch"] == 0
    bench.undo()
    assert bench.design.data == before


def test_a_check_says_what_is_reached_and_what_is_missing(bench: Bench) -> None:
    scene(bench, {"name": "xor-by-fewest-units"})
    learnt(bench, 300)
    answer = checked(bench, "xor-by-fewest-units")
    assert not answer["passed"]
    assert answer["words"] == [
        "8 hidden units: 2 are enough.",
        "Accuracy on the training rows: 100.0% (at least 100.0% is asked for).",
    ]
    assert [goal["met"] for goal in answer["goals"]] == [False, True]


def test_a_check_passes_when_the_question_is_answered(bench: Bench) -> None:
    scene(bench, {"name": "xor-by-fewest-units"})
    design = bench.design.data
    layers = [{"name": "dense", "units": 2, "activation": "tanh"}]
    bench.set_design({**design, "network": {"hidden_layers": layers}, "seed": 5})
    learnt(bench, 500)
    assert checked(bench, "xor-by-fewest-units")["passed"]


def test_a_check_looks_at_the_epoch_that_is_shown(bench: Bench) -> None:
    scene(bench, {"name": "xor-by-a-hidden-layer"})
    layers = [{"name": "dense", "units": 6, "activation": "tanh"}]
    bench.set_design({**bench.design.data, "network": {"hidden_layers": layers}})
    learnt(bench, 300)
    assert checked(bench, "xor-by-a-hidden-layer")["passed"]
    bench.look_back(0)
    answer = checked(bench, "xor-by-a-hidden-layer")
    assert (answer["passed"], answer["words"]) == (
        False,
        ["Accuracy on the training rows: at least 100.0% is asked for."],
    )


def test_a_failure_to_be_mended_is_known_by_its_diagnosis(bench: Bench) -> None:
    scene(bench, {"name": "unscaled-features"})
    learnt(bench, 40)
    missing = "The diagnosis still finds this: features that are not scaled."
    assert missing in checked(bench, "unscaled-features")["words"]
    data = {**bench.design.data["data"], "scaling": "standard"}
    bench.set_design({**bench.design.data, "data": data})
    learnt(bench, 40)
    assert checked(bench, "unscaled-features")["passed"]


@pytest.mark.parametrize("answer", [scene, check])
def test_a_scene_that_there_is_not_is_refused_in_words(bench: Bench, answer: Any) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown scene .* Did you mean"):
        answer(bench, {"name": "xor-by-fewest-unit"})
    for name in (None, 3, ["xor"], {}):
        with pytest.raises(ArgumentTypeError):
            answer(bench, {"name": name})
