"""Where a dataset is looked for, by name and by path, and what the list of all says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from axone.data import data_home, list_datasets, load_dataset, read_rows
from axone.data.builtin import BUILT_IN
from axone.data.fetched import DOWNLOADS
from axone.data.generated import GENERATED
from axone.data.names import ALIASES
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, UnknownNameError


def save(folder, name="some.npz", mark=0.0):
    folder.mkdir(exist_ok=True)
    np.savez(folder / name, X=np.full((4, 2), mark), y=np.array([0, 1, 0, 1]))
    return folder / name


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_sets_are_scikit_learns_own(name):
    data = load_dataset(name)
    bunch = getattr(datasets, f"load_{name}")()
    np.testing.assert_array_equal(data.X, bunch.data)
    np.testing.assert_array_equal(data.y, bunch.target)
    assert data.feature_names == tuple(bunch.feature_names)
    if data.task == "classification":
        assert data.class_names == tuple(str(label) for label in bunch.target_names)
        assert data.y.dtype == np.int64
    else:
        assert data.target_names == ("disease_progression",)


@pytest.mark.parametrize("info", [*BUILT_IN.values(), *GENERATED.values()], ids=lambda i: i.name)
def test_the_list_says_of_every_set_at_hand_what_loading_gives(info):
    data = load_dataset(info.name)
    assert (data.task, len(data.X)) == (info.task, info.rows)
    assert str(data.X.shape[1]) == info.features
    assert len(data.class_names) == (info.classes or 0)


def test_names_are_found_whatever_their_case_and_dashes():
    assert load_dataset("Breast-Cancer").name == "breast_cancer"


def test_a_file_is_looked_for_beside_the_experiment_then_here_then_in_the_data_home(
    tmp_path, here, home
):
    beside = tmp_path / "experiment"
    for mark, folder in ((1.0, home), (2.0, here), (3.0, beside)):
        save(folder, mark=mark)
        for asked in (beside, beside / "run.toml"):
            assert load_dataset("some.npz", beside=asked).X[0, 0] == mark
    assert load_dataset("some.npz").X[0, 0] == 2.0
    assert load_dataset(home / "some.npz", beside=beside).X[0, 0] == 1.0


def test_a_file_that_is_nowhere_stands_for_the_set_of_its_name(here):
    assert load_dataset("iris.npz").X.shape == (150, 4)
    assert load_dataset("sets/iris.npz").X.shape == (150, 4)
    assert load_dataset(Path("xor.csv")).X.shape == (4, 2)


@pytest.mark.parametrize(
    "source",
    [
        "weather_data_cleaned.npz",
        "data/weather_data_cleaned.npz",
        "weather",
        "Weather-Data-Cleaned",
    ],
)
def test_a_dataset_is_found_by_the_names_that_others_have_for_it(home, here, source):
    save(home, "weather_nyc.npz", 7.0)
    data = load_dataset(source)
    assert (data.X[0, 0], data.name) == (7.0, "weather_nyc")


@pytest.mark.parametrize("name", ALIASES)
def test_another_name_stands_for_a_dataset_and_never_for_another_alias(home, name):
    assert ALIASES[name] not in ALIASES
    assert name not in {**BUILT_IN, **GENERATED, **DOWNLOADS}
    if ALIASES[name] not in BUILT_IN:
        save(home, f"{ALIASES[name]}.npz", 7.0)
    assert load_dataset(name).name == ALIASES[name]


def test_a_file_of_the_name_itself_goes_before_what_the_name_stands_for(home, here):
    save(home, "weather_nyc.npz", 1.0)
    save(home, "weather.npz", 2.0)
    assert load_dataset("weather").X[0, 0] == 2.0
    save(here, "weather_data_cleaned.npz", 3.0)
    assert load_dataset("weather_data_cleaned.npz").X[0, 0] == 3.0


def test_a_file_that_is_nowhere_stands_for_that_of_another_kind_in_the_data_home(home, here):
    save(home, "signals.npz", 5.0)
    assert load_dataset("signals.csv").X[0, 0] == 5.0


def test_where_neither_the_file_nor_what_it_stands_for_is_there_both_are_named(home, here):
    with pytest.raises(
        DataError, match=r"weather_data_cleaned\.npz .*'weather_nyc' for which"
    ) as e:
        load_dataset("weather_data_cleaned.npz")
    assert str(home) in str(e.value)


def test_a_bare_name_is_found_in_the_data_home_as_archive_or_table(home):
    save(home, "signals.npz", 5.0)
    pd.DataFrame({"a": range(4), "y": list("uvuv")}).to_csv(home / "Table.csv.gz", index=False)
    assert load_dataset("signals").X[0, 0] == 5.0
    assert load_dataset("Table").target_name == "y"


def test_an_unknown_name_is_refused_with_the_nearest_and_all_names(home):
    save(home, "signals.npz")
    with pytest.raises(UnknownNameError) as caught:
        load_dataset("irsi")
    assert "Did you mean 'iris'" in str(caught.value)
    assert "signals" in str(caught.value)
    assert str(home) in str(caught.value)


def test_an_unknown_file_is_refused_with_where_it_was_looked_for(tmp_path, here, home):
    with pytest.raises(DataError) as caught:
        load_dataset("nowhere.npz", beside=tmp_path / "run.toml")
    for word in ("nowhere.npz", str(tmp_path), str(here), str(home), "iris"):
        assert word in str(caught.value)
    with pytest.raises(DataError, match="no file /no/such"):
        load_dataset("/no/such.csv")


@pytest.mark.parametrize("source", ["../../etc/passwd", "notes.docx", "./iris", Path("iris")])
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(source):
    with pytest.raises(DataError, match=r"must end in \.npz, \.csv"):
        load_dataset(source)


def test_rows_of_a_missing_file_or_of_another_kind_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_rows(tmp_path / "new.csv")
    with pytest.raises(DataError, match="must end in"):
        read_rows(tmp_path / "new.docx")


def test_what_is_neither_name_nor_file_nor_frame_is_refused():
    with pytest.raises(ArgumentTypeError, match="a name, a file or a pandas"):
        load_dataset(np.zeros((3, 3)))


def test_a_task_that_is_none_and_a_negative_seed_are_refused():
    with pytest.raises(ConfigurationError, match="task must be one of"):
        load_dataset("iris", task="clustering")
    with pytest.raises(ConfigurationError, match="seed must be at least 0"):
        load_dataset("moons", seed=-1)


def test_a_classification_set_can_be_learnt_as_regression():
    assert load_dataset("wine", task="regression").y.dtype == np.float64


def test_the_list_describes_the_data_home_from_headers_and_first_lines(home):
    save(home, "signals.npz")
    np.savez(home / "amounts.npz", X=np.zeros((3, 2, 5)), y=np.zeros(3))
    np.savez(
        home / "named.npz", X=np.zeros(3), y=np.array([0, 1, 0]), target_names=np.array(["u", "v"])
    )
    (home / "plain.csv").write_text("a;b;c\n1;2;3\n")
    pd.DataFrame({"a": [1], "b": [2]}).to_parquet(home / "columns.parquet")
    listed = {info.name: info for info in list_datasets()}
    signals, amounts = listed["signals"], listed["amounts"]
    assert (signals.task, signals.rows, signals.features) == ("classification", 4, "2")
    assert (amounts.task, amounts.features, amounts.where) == ("regression", "2 × 5", "data home")
    assert (listed["named"].classes, listed["named"].features) == (2, "1")
    assert listed["plain"].features == "3 columns"
    assert listed["columns"].features == "2 columns"


def test_files_that_are_no_datasets_are_left_out_of_the_list(home):
    (home / "broken.npz").write_text("no archive")
    (home / "empty.csv").touch()
    np.savez(home / "else.npz", something=np.zeros(3))
    (home / "notes.txt").write_text("hello")
    names = [info.name for info in list_datasets()]
    assert names == [*BUILT_IN, *GENERATED, *DOWNLOADS]


def test_a_download_that_is_at_home_already_is_listed_from_there(home):
    save(home, "mnist.npz")
    assert [i.where for i in list_datasets() if i.name == "mnist"] == ["data home"]


def test_a_data_home_that_does_not_exist_is_an_empty_one(monkeypatch, tmp_path):
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "none"))
    assert len(list_datasets()) == len(BUILT_IN) + len(GENERATED) + len(DOWNLOADS)


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("Linux", {}, "~/.cache/axone"),
        ("Linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/axone"),
        ("Darwin", {}, "~/Library/Caches/axone"),
        ("Windows", {"LOCALAPPDATA": "/local"}, "/local/axone/Cache"),
        ("Windows", {}, "~/AppData/Local/axone/Cache"),
        ("Linux", {"AXONE_DATA": "~/sets"}, "~/sets"),
    ],
)
def test_the_data_home_is_the_platforms_cache_unless_told(
    monkeypatch, system, environment, expected
):
    for name in ("AXONE_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("platform.system", lambda: system)
    assert data_home() == Path(expected).expanduser()


def test_every_real_archive_loads_as_the_list_describes_it(real_data):
    infos = {info.name: info for info in list_datasets() if info.where == "data home"}
    assert {"mnist", "covtype", "adult", "weather_nyc"} <= set(infos)
    assert infos["electricity_demand"].features == "series of 3"
    for name in ("mnist", "gunpoint", "first_names", "bike_sharing_hour", "weather_nyc"):
        data = load_dataset(name)
        info = infos[name]
        assert (data.task, len(data.X)) == (info.task, info.rows)
        assert len(data.class_names) == (info.classes or 0)
