"""Messages kept in files: told again as they were, in any language, and nothing else with them."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.kept_messages import as_data, from_data
from axone.messages import Message, _, _n, all_of, formatted, listed, use_language


@pytest.fixture
def french():
    use_language("fr")
    yield
    use_language("en")


def through_a_file(message):
    return from_data(json.loads(json.dumps(as_data(message), allow_nan=False)))


MESSAGES = [
    _("epoch"),
    Message("braces {stand} as they are"),
    _("loss {loss:.3g}", loss=0.1234),
    _("{name} must be at least {least}, not {found!r}.", name="rate", least=1, found="a"),
    _n("{count:,} row", "{count:,} rows", 12345),
    _n("{count:,} row", "{count:,} rows", 1),
    _("{place}: {cause}", place=Path("a/b"), cause=_("loss {loss:.3g}", loss=2.0)),
    _("Columns: {names!r}.", names=listed(["a", "b'c"])),
    _("{what}", what=all_of([_("finite"), formatted(0.5, ".1%")])),
    _("shape {shape}", shape=(3, 4)),
    _("loss {loss:.3g}", loss=math.inf),
    _("is it {truth}", truth=True),
    _("no figure").coded("a_code"),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_comes_back_as_it_was(message):
    back = through_a_file(message)
    assert str(back) == str(message)
    assert back.template == message.template
    assert back.code == message.code


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.usefixtures("french")
def test_in_another_language_too(message):
    assert str(through_a_file(message)) == str(message)


def test_a_count_has_the_plural_of_the_language(french):
    assert str(through_a_file(_n("{count:,} row", "{count:,} rows", 0))) == "0 ligne"


@pytest.mark.parametrize(
    "data",
    [
        {"template": "{x.__class__}", "figures": {"x": 1}},
        {"template": "{x[0]}", "figures": {"x": "abc"}},
        {"template": "{x:999999999}", "figures": {"x": 1}},
        {"template": "{x:{y}}", "figures": {"x": 1, "y": 9}},
        {"template": "{x:.999f}", "figures": {"x": 1.0}},
        {"template": "{x!a}", "figures": {"x": 1}},
        {"template": "{y}", "figures": {"x": 1}},
        {"template": "{", "figures": {"x": 1}},
        {"template": "{x:d}", "figures": {"x": "word"}},
        {"template": "{count}", "plural": "{count}", "figures": {"count": "many"}},
        {"template": "{x}", "figures": [1]},
    ],
)
def test_a_template_that_is_none_of_ours_is_shown_as_its_text(data):
    assert str(from_data({"text": "as it was", **data})) == "as it was"


@pytest.mark.parametrize("data", [None, 3, "plain", [1]])
def test_what_is_no_message_is_a_plain_text(data):
    assert str(from_data(data)) == str(data)


def test_messages_within_one_another_without_end_are_cut():
    data = {"text": "end", "template": "end"}
    for _depth in range(500):
        data = {"text": "outer", "template": "{x}", "figures": {"x": {"message": data}}}
    assert len(str(from_data(data))) < 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = st.sampled_from(["text", "template", "figures", "plural", "code"])


@given(st.dictionaries(KEYS, JSON))
def test_whatever_a_file_says_is_a_text_in_the_end(data):
    assert isinstance(str(from_data(data)), str)
