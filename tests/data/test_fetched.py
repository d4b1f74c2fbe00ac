"""Downloads, with scikit-learn's fetchers played by small copies: stored once, told when absent."""

from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.utils import Bunch

from axone.data import list_datasets, load_dataset
from axone.errors import DataError

DIGITS = np.array([str(n % 10) for n in range(60_020)], dtype=object)


def small_images():
    images = np.zeros((60_020, 784), dtype=np.float32)
    images[:, 5] = np.arange(60_020) % 256
    return Bunch(data=images, target=DIGITS)


def cards():
    return Bunch(
        data=np.random.default_rng(0).normal(size=(20, 29)),
        target=np.array(["0", "1"] * 10, dtype=object),
        feature_names=[f"V{n}" for n in range(29)],
    )


def colours():
    rows, cells = np.arange(50_010, dtype=np.uint16), np.arange(3072, dtype=np.uint16)
    return Bunch(data=(rows[:, None] % 251 + cells) % 251, target=DIGITS[:50_010])


def people():
    return Bunch(
        data=pd.DataFrame(
            {
                "age": [25, 38, 28, 44] * 5,
                "workclass": pd.Categorical(["Private", "Private", None, "State-gov"] * 5),
            }
        ),
        target=pd.Series(pd.Categorical(["<=50K", ">50K"] * 10), name="class"),
    )


def bicycles():
    return Bunch(
        data=pd.DataFrame(
            {"season": pd.Categorical(["fall", "spring"] * 10), "temp": np.linspace(0, 30, 20)}
        ),
        target=pd.Series(np.linspace(1, 99, 20)),
    )


@pytest.fixture
def openml(monkeypatch):
    """A fetcher of OpenML that knows small sets and counts its calls."""
    calls = []
    known = {
        "mnist_784": small_images,
        "Fashion-MNIST": small_images,
        "creditcard": cards,
        "CIFAR_10": colours,
        "adult": people,
        "Bike_Sharing_Demand": bicycles,
    }

    def fetch(name, **_):
        calls.append(name)
        return known[name]()

    monkeypatch.setattr(datasets, "fetch_openml", fetch)
    return calls


@pytest.mark.parametrize(
    ("name", "first_class"), [("mnist", "0"), ("fashion_mnist", "T-shirt/top")]
)
def test_images_are_bytes_of_28_by_28_with_their_usual_test_set(openml, name, first_class, home):
    data = load_dataset(name)
    assert data.X.shape == (60_000, 28, 28)
    assert data.X.dtype == np.uint8
    assert data.X_test.shape == (20, 28, 28)
    assert data.is_image
    assert data.class_names[0] == first_class
    assert data.X[300, 0, 5] == 300 % 256
    assert [file.name for file in home.iterdir()] == [f"{name}.npz"]


@pytest.mark.parametrize("name", ["cifar_10", "CIFAR-10", "cifar10", "cifar_10.npz"])
def test_cifar_10_comes_as_three_planes_of_32_by_32_by_whatever_name(openml, name, home):
    data = load_dataset(name)
    assert data.X.shape == (50_000, 3, 32, 32)
    assert (data.X.dtype, data.is_image) == (np.uint8, True)
    assert len(data.X_test) == 10
    assert (data.class_names[0], data.class_names[9]) == ("airplane", "truck")
    # The planes lie one after the other, each line by line.
    assert data.X[7, 2, 3, 4] == (7 + 2 * 1024 + 3 * 32 + 4) % 251
    assert [file.name for file in home.iterdir()] == ["cifar_10.npz"]


def test_adult_comes_as_a_table_with_its_categories_and_gaps(openml, home):
    data = load_dataset("adult", target="income")
    assert list(data.X.columns) == ["age", "workclass"]
    assert data.X["workclass"].isna().sum() == 5
    assert data.class_names == ("<=50K", ">50K")
    assert [file.name for file in home.iterdir()] == ["adult.csv"]
    load_dataset("adult.csv", target="income")
    assert openml == ["adult"]


def test_downloads_are_listed_until_the_data_home_has_them(openml, home):
    def where(name):
        return {info.name: info.where for info in list_datasets()}[name]

    assert (where("cifar_10"), where("adult")) == ("download", "download")
    load_dataset("adult", target="income")
    assert where("adult") == "data home"


def test_a_download_happens_once(openml):
    first, second = load_dataset("creditcard"), load_dataset("creditcard.npz")
    assert openml == ["creditcard"]
    np.testing.assert_array_equal(first.X, second.X)
    assert first.class_names == ("genuine", "fraud")


def test_bike_sharing_comes_with_its_categories_encoded(openml):
    data = load_dataset("bike_sharing")
    assert data.feature_names == ("season=fall", "season=spring", "temp")
    assert data.target_names == ("count",)
    assert data.task == "regression"


def test_the_forest_and_the_houses_come_through_their_own_fetchers(monkeypatch):
    forest = Bunch(
        data=np.arange(28.0).reshape(14, 2),
        target=np.arange(14) % 7 + 1,
        feature_names=["Elevation", "Aspect"],
    )
    houses = Bunch(
        data=np.arange(6.0).reshape(3, 2),
        target=np.array([0.5, 1.5, 2.5]),
        feature_names=["MedInc", "HouseAge"],
        target_names=["MedHouseVal"],
    )
    monkeypatch.setattr(datasets, "fetch_covtype", lambda **_: forest)
    monkeypatch.setattr(datasets, "fetch_california_housing", lambda **_: houses)
    assert load_dataset("covtype").class_names[6] == "Krummholz"
    assert load_dataset("california_housing").target_names == ("MedHouseVal",)


@pytest.mark.parametrize("error", [URLError("no route"), ValueError("not active"), TimeoutError()])
def test_without_a_network_the_message_says_where_to_put_the_file(monkeypatch, home, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(datasets, "fetch_openml", fail)
    with pytest.raises(DataError, match="could not be downloaded") as caught:
        load_dataset("mnist")
    assert str(home / "mnist.npz") in str(caught.value)
    with pytest.raises(DataError, match="could not be downloaded") as caught:
        load_dataset("adult", target="income")
    assert f"{home / 'adult.csv'} (a table)" in str(caught.value)
    assert list(home.iterdir()) == []
