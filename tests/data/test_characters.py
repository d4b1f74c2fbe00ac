"""Texts as tokens, a number a character."""

import json

import numpy as np
import pandas as pd
import pytest

from axone.data import Preprocessing, load_dataset
from axone.data.array_dataset import checked_examples
from axone.data.characters import PADDING, UNKNOWN, Characters
from axone.errors import DataError, ModelFileError

NAMES = np.array(["Ada", "Zoë", "Di"])


def test_characters_are_numbered_from_the_training_rows_and_others_are_unknown():
    step = Characters.fit(NAMES)
    assert (step.length, step.characters, step.vocabulary) == (3, "ADZadioë", 10)
    assert step.transform(np.array(["Ida"])).tolist() == [[UNKNOWN, 6, 5]]
    assert step.transform(np.array(["Di"]))[0, 2] == PADDING
    assert step.mask(NAMES).tolist() == [[True] * 3, [True] * 3, [True, True, False]]
    assert [step.text_of(row) for row in step.transform(NAMES)] == NAMES.tolist()


def test_a_letter_with_its_accent_apart_is_the_same_letter():
    step = Characters.fit(NAMES)
    np.testing.assert_array_equal(
        step.transform(np.array(["Zoe\u0308"])), step.transform(np.array(["Zo\u00eb"]))
    )


def test_what_new_texts_have_beyond_those_of_training_is_told():
    step = Characters.fit(NAMES)
    assert step.remarks(NAMES) == ()
    cut, strange = step.remarks(np.array(["Adaada", "Xi"]))
    assert (cut.code, strange.code) == ("texts_cut", "unseen_characters")
    assert step.transform(np.array(["Adaada"])).shape == (1, 3)


def test_texts_come_in_arrays_lists_and_the_one_column_of_text_of_a_table():
    step = Characters.fit(NAMES)
    expected = step.transform(NAMES)
    np.testing.assert_array_equal(step.transform(NAMES.tolist()), expected)
    table = pd.DataFrame({"age": [1, 2, 3], "name": NAMES})
    np.testing.assert_array_equal(step.transform(table), expected)
    with pytest.raises(DataError, match="one column of text, and the table has 2"):
        step.transform(table.assign(town=NAMES))
    for wrong in ([["a", "b"]], np.arange(3), ["a", ""]):
        with pytest.raises(DataError):
            step.transform(wrong)


def test_the_vocabulary_is_kept_with_the_model():
    fitted = Preprocessing.fit(NAMES)
    assert fitted.layout.tokens
    again = Preprocessing.from_data(json.loads(json.dumps(fitted.to_data())))
    assert again == fitted
    for damage in ({"characters": "aa"}, {"length": 0}, {"characters": ""}):
        described = fitted.to_data()
        described["steps"][0].update(damage)
        with pytest.raises(ModelFileError):
            Preprocessing.from_data(described)


def test_first_names_become_tokens(real_data):
    names = load_dataset("first_names")
    fitted = Preprocessing.fit(names.X, kind=names.kind)
    tokens = fitted.transform(names.X)
    assert tokens.shape == (4832, 11)
    assert tokens.max() == fitted.steps[0].vocabulary - 1 == 53
    np.testing.assert_array_equal(
        fitted.mask(names.X).sum(axis=1), [len(name) for name in names.X.tolist()]
    )


def test_a_table_of_text_is_no_row_of_texts():
    with pytest.raises(DataError, match=r"a text a row, X of shape \(m,\); given .* \(1, 2\)"):
        checked_examples(np.array([["a", "b"]]), "X", "rows.npz", "text")
