"""Every kind of picture as somebody last looked at it: light and English, dark and French.

A picture that changes on purpose is looked at and stored anew: `pytest --mpl-generate-path
tests/plots/stored tests/plots/test_stored_pictures.py`.
"""

import pytest
from tests.plots.gallery import GALLERY

from axone import plots
from axone.messages import use_language

as_stored = pytest.mark.mpl_image_compare(
    baseline_dir="stored",
    style="default",
    # Root mean square of 255: another release of Matplotlib sets some letters a pixel aside; a line
    # that is missing or of another colour comes to more.
    tolerance=4,
    savefig_kwargs={"dpi": 40},
    deterministic=True,
)


@pytest.fixture
def french():
    use_language("fr")
    yield
    use_language("en")


def test_every_kind_is_in_the_gallery():
    kinds = {name.removeprefix("plot_") for name in plots.__all__ if name.startswith("plot_")}
    assert kinds <= set(GALLERY)


@pytest.mark.parametrize("name", GALLERY)
@as_stored
def test_light_and_english(name):
    return GALLERY[name]()


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.usefixtures("french")
@as_stored
def test_dark_and_french(name):
    with plots.use_theme("dark"):
        return GALLERY[name]()
