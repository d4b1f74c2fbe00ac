"""Saving pictures: PNG of the right size, and the old file where anything goes wrong."""

import pytest
from matplotlib.figure import Figure

from axone.errors import ConfigurationError, DataError
from axone.plots import plot_curves, save_figure


class UndrawableFigure(Figure):
    def savefig(self, fname, **settings):
        fname.write(b"half a pic")
        raise MemoryError


def test_a_picture_is_written_as_png_of_144_dots_an_inch(tmp_path):
    path = save_figure(plot_curves({"train_loss": [2.0, 1.0]}), str(tmp_path / "curves.PNG"))
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(content[16:20]) == 8 * 144
    assert int.from_bytes(content[20:24]) == 5 * 144
    assert [file.name for file in tmp_path.iterdir()] == ["curves.PNG"]


def test_a_failed_drawing_leaves_the_old_picture_and_no_litter(tmp_path):
    path = tmp_path / "curves.png"
    path.write_bytes(b"old")
    with pytest.raises(MemoryError):
        save_figure(UndrawableFigure(), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_ending_that_is_no_picture_s_is_refused(tmp_path):
    with pytest.raises(
        ConfigurationError, match=r"curves\.jpg: pictures are saved as .png, .svg, .pdf"
    ):
        save_figure(Figure(), tmp_path / "curves.jpg")


def test_a_folder_that_does_not_exist_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        save_figure(Figure(), tmp_path / "nowhere" / "curves.png")
