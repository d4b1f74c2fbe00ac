"""Files of rows with their targets, from the training's own to those spelled otherwise."""

import pytest
from typer.testing import CliRunner

from axone.cli import app
from axone.data import TableOptions
from axone.errors import DataError
from axone.experiments import load_run
from axone.experiments.labelled import read_labelled
from axone.model import Classes


def rows(target, count=60):
    return [(f"{n % 7},5", ["rot", "blau"][n % 2], target[n % len(target)]) for n in range(count)]


def csv(rows, header="a;b;t"):
    return "\n".join([header, *(";".join(row) for row in rows)]) + "\n"


@pytest.fixture
def trained(write, here):
    """A model of a table with that target."""

    def trained(target, *options):
        path = write("train.csv", csv(rows(target)))
        words = ["train", str(path), "--target", "t", "--epochs", "2", "--quiet", "--out", "run"]
        result = CliRunner().invoke(app, [*words, *options])
        assert result.exit_code == 0, result.output
        return load_run(here / "run")[1]

    return trained


def part(write, model, content, **options):
    path = write("later.csv", content)
    return read_labelled(path, model, "t", TableOptions(**options))


TARGETS = {
    "words": ["None", "Mild", "Severe"],
    "marks": ["NA", "-", "null"],
    "truths": ["ja", "nein"],
    "programs' truths": ["true", "false"],
    "whole numbers": ["0", "1", "2"],
    "codes": ["00123", "456"],
    "long numbers": ["18446744073709551615", "18446744073709551614"],
    "prices": ["1.234,50 €", "12,50 €", "3,20 €"],
    "shares": ["12,5 %", "3,25 %", "7,75 %"],
}


@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_the_file_of_training_can_be_evaluated_and_is_the_same(trained, write, kind):
    target = TARGETS[kind]
    model = trained(target)
    found = part(write, model, csv(rows(target)))
    assert found.notes == ()
    assert len(found.part.y) == 60
    if isinstance(model.target, Classes):
        assert sorted(model.target.class_names) == sorted(
            target if kind != "programs' truths" else ["False", "True"]
        )
        names = [model.target.class_names[int(label)] for label in found.part.y[: len(target)]]
        assert [name.lower() for name in names] == [word.lower() for word in target]


@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_rows_without_a_target_are_left_out_and_counted(trained, write, kind):
    model = trained(TARGETS[kind])
    found = part(write, model, csv(rows([*TARGETS[kind], ""])))
    missing = 60 // (len(TARGETS[kind]) + 1)
    assert len(found.part.y) == 60 - missing
    assert [str(note) for note in found.notes] == [f"{missing} rows without t left out"]


def test_classes_of_yes_and_no_are_known_in_other_spellings(trained, write):
    model = trained(["ja", "nein"])
    found = part(write, model, csv(rows(["YES", "0"])))
    assert found.part.y[:2].tolist() == [
        model.target.class_names.index("ja"),
        model.target.class_names.index("nein"),
    ]


def test_numbers_are_known_in_other_spellings(trained, write):
    model = trained(["1.234,50 €", "12,50 €", "3,20 €"])
    found = part(write, model, csv(rows(["1234,5", "12,5 EUR", "€ 3,20"])))
    assert found.part.y[:3].tolist() == pytest.approx([1234.5, 12.5, 3.2])


def test_a_file_without_the_target_is_refused_with_its_columns(trained, write):
    model = trained(["u", "v"])
    with pytest.raises(DataError, match=r"there is no target 't'\. Found a, b"):
        part(write, model, csv([row[:2] for row in rows(["u"])], "a;b"))


def test_a_file_without_any_label_is_refused(trained, write):
    model = trained(["u", "v"])
    with pytest.raises(DataError, match="no row has a target"):
        part(write, model, csv(rows([""])))


def test_a_label_that_no_training_row_had_is_refused(trained, write):
    model = trained(["u", "v"])
    with pytest.raises(DataError, match="w"):
        part(write, model, csv(rows(["u", "w"])))
