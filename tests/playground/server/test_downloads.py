"""Files for the page to fetch: of the session's folder alone, and not for ever."""

from axone.playground.downloads import Downloads
from axone.playground.limits import MOST_DOWNLOADS


def test_a_file_is_found_under_its_number_alone_and_only_within_the_folder(tmp_path):
    folder = tmp_path / "session"
    folder.mkdir()
    (folder / "run.zip").write_bytes(b"run")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link.zip").symlink_to(tmp_path / "secret")
    downloads = Downloads(folder)
    downloads.announce("1", str(folder / "run.zip"), "run.zip")
    downloads.announce("2", str(folder / "link.zip"), "link.zip")
    downloads.announce("../3", str(folder / "run.zip"), "run.zip")
    found = downloads.find("1")
    assert found is not None
    assert (found.path, found.name) == (folder / "run.zip", "run.zip")
    assert downloads.find("2") is downloads.find("../3") is downloads.find("4") is None


def test_the_oldest_of_too_many_is_forgotten_and_its_file_removed(tmp_path):
    downloads = Downloads(tmp_path)
    for number in range(MOST_DOWNLOADS + 2):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(b"run")
        downloads.announce(str(number), str(path), path.name)
    assert downloads.find("1") is None
    assert downloads.find("2") is not None
    left = {int(path.stem) for path in tmp_path.iterdir()}
    assert left == set(range(2, MOST_DOWNLOADS + 2))


def test_a_file_that_is_still_announced_under_another_number_stays(tmp_path):
    path, downloads = tmp_path / "run.zip", Downloads(tmp_path)
    path.write_bytes(b"run")
    for number in range(MOST_DOWNLOADS + 2):
        downloads.announce(str(number), str(path), path.name)
    assert downloads.find(str(MOST_DOWNLOADS + 1)) is not None
    assert path.is_file()
