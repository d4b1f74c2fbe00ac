"""The laboratory: its knobs as data, what is seen, and what is refused."""

import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import pytest

import axone.lab
from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.lab.catalogue import LABS
from axone.messages import use_language
from axone.playground import laboratory as process
from axone.playground.bench import Bench
from axone.playground.laboratory import Laboratory, observe
from axone.playground.questions.laboratory import RefusedSettingError, laboratory

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def assistant() -> Iterator[Laboratory]:
    """A laboratory that is left at the end."""
    made = Laboratory()
    yield made
    made.close()


def request_of(name: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "settings": settings, "language": "en", "theme": "light"}


def seen(assistant: Laboratory, request: dict[str, Any]) -> dict[str, Any]:
    """Ask until something is seen."""
    until = time.monotonic() + 60
    while "share" in (told := assistant.look(request, 0.2)):
        assert time.monotonic() < until
    return told


def test_the_list_has_every_experiment_with_its_knobs(bench: Bench) -> None:
    told = laboratory(bench, {})
    assert [each["name"] for each in told] == [lab.name for lab in LABS]
    rate = told[0]["knobs"][0]
    assert rate == {
        "name": "rate",
        "kind": "float",
        "several": False,
        "default": 0.1,
        "help": "Learning rate η.",
        "at_least": None,
        "at_most": 10,
        "above": 0,
        "choices": [],
        "most": 8,
    }
    assert all(not part.startswith("axone lab") for each in told for part in each["help"])


def test_what_is_seen_is_what_the_library_sees(bench: Bench) -> None:
    told: dict[str, Any] = {"pending": True}
    until = time.monotonic() + 60
    while "pending" in told:
        assert time.monotonic() < until
        told = laboratory(bench, {"name": "gradient-descent", "settings": {"steps": 3}})
    expected = axone.lab.gradient_descent(steps=3)
    assert told["title"] == str(expected.title)
    assert told["values"] == [list(row) for row in expected.rows]
    assert told["rows"][0] == ["0", "0.0000", "13.5000", "-20.0000", "2.0000"]
    assert told["sentences"] == [str(each) for each in expected.sentences]
    assert [column["title"] for column in told["columns"]][:2] == ["step", "W"]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_picture_is_drawn_without_script_link_or_anything_from_outside(lab: Any) -> None:
    told = observe(request_of(lab.name), lambda share: None)
    root = ElementTree.fromstring(told["svg"])
    assert root.tag == f"{SVG}svg"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "foreignObject", "a", "set"}
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,"))


def test_the_picture_has_the_colours_of_the_page() -> None:
    light, dark = (
        observe({**request_of("gradient-descent"), "theme": theme}, lambda share: None)["svg"]
        for theme in ("light", "dark")
    )
    assert "#16191d" in dark.lower()
    assert "#16191d" not in light.lower()


def test_an_experiment_is_told_in_the_language_of_the_page(assistant: Laboratory) -> None:
    english = seen(assistant, request_of("gradient-descent"))["seen"]
    french = seen(assistant, {**request_of("gradient-descent"), "language": "fr"})["seen"]
    assert english["values"] == french["values"]
    assert english["title"] != french["title"]
    use_language(None)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"rate": -1}, "laboratory.rate"),
        ({"rate": "large"}, "laboratory.rate"),
        ({"rate": True}, "laboratory.rate"),
        ({"rate": [0.1]}, "laboratory.rate"),
        ({"rate": None}, "laboratory.rate"),
        ({"steps": 1e300}, "laboratory.steps"),
        ({"steps": 10**30}, "laboratory.steps"),
        ({"steps": {"name": "x"}}, "laboratory.steps"),
    ],
)
def test_a_setting_that_its_knob_does_not_allow_is_refused_at_the_knob(
    bench: Bench, settings: dict[str, Any], place: str
) -> None:
    with pytest.raises(RefusedSettingError) as refused:
        laboratory(bench, {"name": "gradient-descent", "settings": settings})
    assert refused.value.place == place


def test_too_many_of_a_setting_of_several_are_refused(bench: Bench) -> None:
    with pytest.raises(RefusedSettingError, match="1 to 5 of them"):
        laboratory(bench, {"name": "rates", "settings": {"rates": [0.1] * 6}})
    with pytest.raises(RefusedSettingError):
        laboratory(bench, {"name": "rates", "settings": {"rates": []}})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "gradient"}, UnknownNameError),
        ({"name": 3}, ArgumentTypeError),
        ({"name": "__init__"}, UnknownNameError),
        ({"name": "../knobs"}, UnknownNameError),
        ({"name": "rates", "settings": [1]}, ArgumentTypeError),
        ({"name": "rates", "settings": {"on_progress": 1}}, UnknownNameError),
        ({"name": "rates", "theme": "blue"}, ConfigurationError),
        ({"name": "rates", "theme": ["dark"]}, ConfigurationError),
    ],
)
def test_what_is_no_experiment_is_refused_in_words(
    bench: Bench, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        laboratory(bench, fields)


def test_of_several_requests_in_a_row_the_last_is_seen(assistant: Laboratory) -> None:
    for steps in range(1, 6):
        assistant.look(request_of("gradient-descent", steps=steps), 0.0)
    told = seen(assistant, request_of("gradient-descent", steps=6))
    assert len(told["seen"]["rows"]) == 7


def test_an_experiment_that_knows_how_far_it_is_tells_it(assistant: Laboratory) -> None:
    request = request_of("race", seeds=4, names=["sgd", "adam", "momentum"], epochs=100)
    shares: set[float] = set()
    until = time.monotonic() + 60
    while "share" in (told := assistant.look(request, 0.01)):
        assert time.monotonic() < until
        if told["share"] is not None:
            shares.add(told["share"])
    assert len(told["seen"]["rows"]) == 3
    assert shares
    assert all(0 <= share <= 1 for share in shares)


def test_an_experiment_that_takes_too_long_is_stopped_and_the_next_one_is_seen(
    assistant: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LIMIT_SECONDS", 0.0)
    long = request_of("race", seeds=32, epochs=1000)
    told: dict[str, Any] = {"share": None}
    while "share" in told:
        told = assistant.look(long, 0.0)
    assert "too_long" in told
    monkeypatch.undo()
    assert "seen" in seen(assistant, request_of("gradient-descent"))


def test_a_laboratory_that_died_is_started_again(assistant: Laboratory) -> None:
    assert "seen" in seen(assistant, request_of("gradient-descent"))
    running = assistant._process
    assert running is not None
    running.kill()
    running.wait()
    told = seen(assistant, request_of("gradient-descent", steps=2))
    if "failed" in told:  # it was found out when the answer did not come
        told = seen(assistant, request_of("gradient-descent", steps=2))
    assert len(told["seen"]["rows"]) == 3


def test_the_process_ends_when_nobody_asks_any_more(assistant: Laboratory) -> None:
    assert "seen" in seen(assistant, request_of("gradient-descent"))
    running = assistant._process
    assert running is not None
    assert running.stdin is not None
    running.stdin.close()
    assert running.wait(timeout=30) == 0
