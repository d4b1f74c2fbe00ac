"""What came from outside as people are shown it: short, and nothing a terminal would obey."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import _, listed
from axone.shown import abridged, as_quoted, visible, writable

HUGE = {
    "digits": 10**400,
    "more digits than Python writes": -(10**5000),
    "a fraction": Fraction(10**400, 3),
    "a list": [0] * 10**6,
    "a text": "x" * 10**6,
    "a table": {n: n for n in range(10**5)},
    "an array": np.zeros((10**4, 10)),
}


@pytest.mark.parametrize("case", HUGE)
@pytest.mark.parametrize("template", ["{found}", "{found!r}"])
@pytest.mark.usefixtures("before_long")
def test_no_more_of_a_value_is_shown_than_helps(case, template):
    text = str(_(template, found=HUGE[case]))
    assert 0 < len(text) <= 310


def test_a_long_whole_number_is_shown_by_its_size():
    assert as_quoted(10**400) == "1e+400"
    assert as_quoted(-25 * 10**4998) == "-2.5e+4999"
    assert as_quoted(123456789) == "123456789"
    assert str(_("{count:,} rows", count=10**400)) == "1e+400 rows"


def test_of_many_names_a_hundred_are_shown():
    text = str(listed(f"column {n}" for n in range(12_000)))
    assert text.endswith("column 99, …")


def test_what_cannot_describe_itself_is_shown_by_its_type():
    class Silent:
        def __repr__(self):
            raise RuntimeError

    assert str(_("{x} and {x!r}", x=Silent())) == "<Silent> and <Silent>"


def test_figures_of_usual_length_are_kept_as_they_are():
    shape = (1, 28, 28)
    assert _("{shape}", shape=shape).figures["shape"] == shape
    assert str(_("{x:.3g}", x=np.float32(0.5))) == "0.5"


@pytest.mark.usefixtures("before_long")
def test_a_name_of_a_million_characters_is_compared_with_none():
    assert "Allowed: relu" in str(UnknownNameError("activation", "x" * 10**6, ["relu"]))
    assert "unknown activation 1e+400" in str(UnknownNameError("activation", 10**400, ["relu"]))


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_visible_and_all_can_be_written(text):
    shown = visible(text)
    shown.encode()
    assert all(letter.isprintable() or letter in "\n\t" or letter > "\x9f" for letter in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\rb", r"a\x0db"),
        ("\x9b31m", r"\u009b31m"),
        ("\u202eabc", r"\u202eabc"),
        ("\ud800", r"\ud800"),
        ("Größe\tب 😀\n", "Größe\tب 😀\n"),
    ],
)
def test_control_characters_are_shown_by_their_codes(text, shown):
    assert visible(text) == shown


def test_what_is_writable_keeps_all_but_half_characters():
    assert writable("\x1b[31m\ud800") == "\x1b[31m\\ud800"


@given(st.text(), st.integers(2, 50))
def test_an_abridged_text_keeps_its_ends(text, most):
    short = abridged(text, most)
    assert short == text if len(text) <= most else len(short) <= most + 3
    assert text.startswith(short[: most // 2])


def test_an_error_crosses_processes_with_what_it_shows():
    import pickle

    error = ConfigurationError(_("{found!r}: {names}", found=[1] * 10**6, names=listed("ab" * 100)))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
