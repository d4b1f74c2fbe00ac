"""What the command was given is what the page shows; of a table without a target it asks."""

import pytest

import axone as ax
from axone.errors import AxoneError
from axone.playground.beginning import begin


def table(folder, text):
    path = folder / "t.csv"
    path.write_text(text)
    return str(path)


def test_without_anything_there_are_two_spirals(empty_bench):
    begin(empty_bench, None)
    assert empty_bench.design.data["data"]["source"] == "spirals"


def test_a_set_is_opened_by_its_name(empty_bench):
    begin(empty_bench, "iris")
    assert empty_bench.design.prepared.dataset.name == "iris"


def test_a_table_that_says_what_is_to_be_learnt_is_opened(empty_bench, tmp_path):
    begin(empty_bench, table(tmp_path, "a,target\n" + "1,x\n2,y\n3,x\n4,y\n" * 9))
    assert empty_bench.design.prepared.dataset.target_name == "target"
    assert empty_bench.asked_about is None


def test_of_a_table_that_does_not_the_page_asks_until_it_is_designed(empty_bench, tmp_path):
    begin(empty_bench, table(tmp_path, "a,b,kind\n" + "1,2,x\n2,3,y\n3,1,x\n4,4,y\n" * 9))
    assert empty_bench.asked_about == "upload:t.csv"
    assert empty_bench.design.data["data"]["source"] == "spirals"
    empty_bench.set_design({"data": {"source": "upload:t.csv", "target": "kind"}})
    assert empty_bench.asked_about is None


@pytest.mark.parametrize("text", ["", "a\n", "\x00\x01"])
def test_a_file_that_cannot_be_read_is_refused(empty_bench, tmp_path, text):
    with pytest.raises(AxoneError):
        begin(empty_bench, table(tmp_path, text))


def test_what_is_not_there_is_refused(empty_bench):
    with pytest.raises(AxoneError, match="unknown dataset"):
        begin(empty_bench, "nothing.csv")


def test_a_result_folder_is_opened_with_its_weights(empty_bench, tmp_path):
    run = ax.Experiment.from_source("iris", {"training": {"epochs": 4}}).run(tmp_path / "run")
    begin(empty_bench, str(tmp_path / "run"))
    assert (empty_bench.parameters().vector == run.training.parameters.vector).all()
