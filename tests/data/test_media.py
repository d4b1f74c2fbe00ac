"""Folders of images and of sounds as datasets, and such files as rows of their models."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

from axone.data import Preprocessing, load_dataset
from axone.data.class_folders import files_below, read_class_folder
from axone.data.media import labelled_files
from axone.data.pictures import Pictures, read_pictures
from axone.data.sounds import Sounds, read_sound
from axone.errors import ConfigurationError, DataError, UnknownNameError

RANDOM = np.random.default_rng(0)


def noise(height, width, channels=3):
    return RANDOM.integers(0, 256, (height, width, channels)).astype(np.uint8)


@pytest.fixture
def photos(tmp_path):
    """Three images of each of two classes, of several sizes and kinds."""
    folder = tmp_path / "photos"
    for word in ("cat", "dog"):
        (folder / word).mkdir(parents=True)
        for number, (size, kind) in enumerate([((20, 30), "png"), ((22, 32), "jpg"),
                                               ((40, 30), "bmp")]):  # fmt: skip
            Image.fromarray(noise(*size)).save(folder / word / f"{number}.{kind}")
    return folder


def tone(samples, rate=8000, path=None, dtype=np.int16, stereo=False):
    wave = np.sin(np.arange(samples) * 2 * np.pi * 440 / rate) * 0.5
    scale = {np.int16: 32767, np.int32: 2147483647, np.float32: 1}[dtype]
    wave = (wave * scale).astype(dtype)
    wavfile.write(path, rate, np.column_stack([wave, wave]) if stereo else wave)


@pytest.fixture
def birds(tmp_path):
    folder = tmp_path / "birds"
    for word in ("owl", "jay"):
        (folder / word).mkdir(parents=True)
        for number, length in enumerate((100, 80, 120)):
            tone(length, path=folder / word / f"{number}.wav")
    return folder


def test_images_are_brought_to_their_median_size_and_it_is_said(photos):
    data = load_dataset(photos)
    assert (data.kind, data.X.shape, data.X.dtype) == ("images", (6, 3, 22, 30), np.uint8)
    assert data.class_names == ("cat", "dog")
    note = data.notes[0]
    assert (note.code, str(note)) == (
        "images_resized",
        "images of 20 × 30 to 40 × 32 pixels (height × width), brought to 22 × 30",
    )
    with Image.open(photos / "cat" / "1.jpg") as picture:
        expected = picture.convert("RGB").resize((30, 22), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(data.X[1], np.asarray(expected).transpose(2, 0, 1))


def test_images_of_one_size_are_left_as_they_are_and_grey_ones_grey(tmp_path):
    grey = [noise(9, 7, 1)[:, :, 0] for _ in range(4)]
    for number, image in enumerate(grey):
        word = tmp_path / "signs" / "ab"[number % 2]
        word.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(word / f"{number}.png")
    data = load_dataset(tmp_path / "signs")
    assert data.notes == ()
    np.testing.assert_array_equal(data.X[:, 0], [grey[0], grey[2], grey[1], grey[3]])


def test_large_photographs_become_small_and_options_say_how_small(photos, tmp_path):
    Image.fromarray(noise(600, 900)).save(photos / "cat" / "big.png")
    for word in ("cat", "dog"):
        for number in range(9):
            Image.fromarray(noise(400, 600)).save(photos / word / f"large{number}.jpg")
    assert load_dataset(photos).X.shape[1:] == (3, 43, 64)
    chosen = load_dataset(photos, options={"height": 10, "width": 12, "colours": "grey"})
    assert chosen.X.shape[1:] == (1, 10, 12)
    with pytest.raises(UnknownNameError, match="unknown option 'size'"):
        load_dataset(photos, options={"size": 3})
    with pytest.raises(ConfigurationError, match="height"):
        load_dataset(photos, options={"height": 100_000})


def test_sixteen_bits_a_pixel_are_scaled_and_turned_photographs_turned(tmp_path):
    deep = (np.arange(60).reshape(6, 10) * 1000).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    read = read_pictures([tmp_path / "deep.png"], (1, 6, 10))[0, 0]
    np.testing.assert_allclose(read, deep / 257, atol=1)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(6, 10)).save(tmp_path / "turned.png", exif=exif)
    from axone.data.pictures import size_for

    assert size_for([tmp_path / "turned.png"])[:2] == (10, 6)


def test_a_folder_with_train_and_test_brings_its_own_test_rows(photos, tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    photos.rename(whole / "train")
    (whole / "test" / "dog").mkdir(parents=True)
    (whole / "valid" / "dog").mkdir(parents=True)
    Image.fromarray(noise(5, 5)).save(whole / "test" / "dog" / "x.png")
    data = load_dataset(whole)
    assert (len(data.X), len(data.X_test), data.y_test.tolist()) == (6, 1, [1])
    assert "folders_passed_over" in [note.code for note in data.notes]


def test_a_model_reads_new_images_as_those_it_learnt(photos):
    data = load_dataset(photos)
    fitted = Preprocessing.fit(data.X, kind=data.kind, reader=data.reader)
    again = Preprocessing.from_data(fitted.to_data())
    assert again.steps[0] == Pictures((3, 22, 30))
    X, labels = labelled_files(photos, again.steps[0])
    np.testing.assert_array_equal(X, data.X)
    assert labels.tolist() == ["cat"] * 3 + ["dog"] * 3
    np.testing.assert_allclose(fitted.scaler.shift, data.X.mean())
    with pytest.raises(DataError, match="was not trained on a folder of such files"):
        labelled_files(photos, Sounds((1, 9), 8000))


def test_links_out_of_a_folder_are_refused_and_pipes_never_opened(photos, tmp_path):
    (photos / "dog" / ".hidden.png").write_bytes(b"no picture")
    os.mkfifo(photos / "dog" / "pipe.png")
    (photos / "dog" / "gone.png").symlink_to(photos / "nowhere.png")
    (photos / "dog" / "same.png").symlink_to(photos / "dog" / "0.png")
    assert len(read_class_folder(photos).training) == 7
    secret = tmp_path / "secret.png"
    Image.fromarray(noise(5, 5)).save(secret)
    (photos / "dog" / "link.png").symlink_to(secret)
    with pytest.raises(DataError, match=r"is a link to .*secret\.png, out of"):
        load_dataset(photos)
    (photos / "dog" / "link.png").unlink()
    (photos / "bird").symlink_to(tmp_path)
    with pytest.raises(DataError, match="out of"):
        load_dataset(photos)


def test_what_is_no_folder_of_classes_is_refused(tmp_path, photos, birds, monkeypatch):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no image or sound files in subfolders"):
        load_dataset(tmp_path / "empty")
    (photos / "cat").rename(tmp_path / "cat")
    with pytest.raises(DataError, match="files of one class, 'dog'"):
        load_dataset(photos)
    (tmp_path / "cat").rename(photos / "cat")
    tone(50, path=photos / "cat" / "meow.wav")
    with pytest.raises(DataError, match="both images and sounds"):
        load_dataset(photos)
    monkeypatch.setattr("axone.data.class_folders.MOST_FILES", 3)
    with pytest.raises(DataError, match="more than 3 files"):
        load_dataset(birds)


def test_a_bomb_or_no_picture_among_them_is_refused_with_its_name(photos, monkeypatch):
    (photos / "cat" / "fake.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    with pytest.raises(DataError, match=r"fake\.png is not a picture"):
        load_dataset(photos)
    (photos / "cat" / "fake.png").unlink()
    monkeypatch.setattr("axone.data.images.MOST_PIXELS", 1000)
    with pytest.raises(DataError, match=r"2\.bmp has more than"):
        load_dataset(photos)


def test_sounds_lie_between_minus_one_and_one_and_keep_their_lengths(birds):
    data = load_dataset(birds)
    assert (data.kind, data.X.shape) == ("signals", (6, 1, 120))
    assert data.lengths.tolist() == [100, 80, 120] * 2
    assert data.reader == Sounds((1, 120), 8000)
    assert 0.49 < np.nanmax(data.X) < 0.51


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32])
def test_every_usual_width_of_samples_says_the_same(tmp_path, dtype):
    tone(90, path=tmp_path / "tone.wav", dtype=dtype)
    expected = 0.5 * np.sin(np.arange(90) * 2 * np.pi * 440 / 8000)
    np.testing.assert_allclose(read_sound(tmp_path / "tone.wav").samples[0], expected, atol=1e-4)


def test_other_rates_are_resampled_and_stereo_among_mono_made_mono(birds):
    tone(240, 16000, birds / "owl" / "fast.wav")
    tone(120, 8000, birds / "owl" / "wide.wav", stereo=True)
    data = load_dataset(birds)
    assert {note.code for note in data.notes} == {"sounds_resampled", "sounds_made_mono"}
    fast, slow, wide = data.X[[6, 5, 7]]
    np.testing.assert_allclose(fast[0, 20:100], slow[0, 20:100], atol=0.02)
    np.testing.assert_allclose(wide, slow, atol=1e-4)
    cut = load_dataset(birds, options={"rate": 4000, "seconds": 0.01})
    assert cut.X.shape == (8, 1, 40)


def test_a_model_reads_new_sounds_at_its_own_rate_and_length(birds, tmp_path):
    data = load_dataset(birds)
    fitted = Preprocessing.fit(data.X, kind=data.kind, reader=data.reader)
    first = Preprocessing.from_data(fitted.to_data()).steps[0]
    tone(400, 16000, tmp_path / "long.wav")
    tone(60, 8000, tmp_path / "short.wav")
    rows = first.read([tmp_path / "long.wav", tmp_path / "short.wav"])
    assert fitted.transform(rows).shape == (2, 1, 120)
    assert fitted.mask(rows).sum(axis=1).tolist() == [120, 60]


def test_headers_that_promise_gigabytes_are_told_without_them(tmp_path):
    import struct

    path = tmp_path / "liar.wav"
    tone(50, path=path)
    for at in (4, 40):
        content = bytearray(path.read_bytes())
        struct.pack_into("<I", content, at, 2**32 - 1)
        path.write_bytes(content)
    assert read_sound(path).samples.shape == (1, 50)
    for wrong in (b"", b"RIFF", b"no sound at all", bytes(content[:44])):
        path.write_bytes(wrong)
        with pytest.raises(DataError, match=r"liar\.wav is not a WAV file"):
            read_sound(path)


def test_a_sound_too_long_for_an_example_is_refused_with_what_to_do(birds, monkeypatch):
    monkeypatch.setattr("axone.data.sounds.MOST_UNITS", 100)
    with pytest.raises(DataError, match="option seconds"):
        load_dataset(birds)


def test_a_datasets_name_goes_before_a_folder_of_that_name(photos, monkeypatch):
    monkeypatch.chdir(photos.parent)
    photos.rename(photos.parent / "iris")
    assert load_dataset("iris").X.shape == (150, 4)
    assert load_dataset("./iris").kind == "images"
    (photos.parent / "iris").rename(photos)
    assert load_dataset("photos").kind == "images"


def test_all_files_of_a_medium_are_found_below_a_folder_and_others_counted(photos, birds):
    (photos / "notes.txt").write_text("not an image")
    (photos / "cat" / "kittens").mkdir()
    Image.fromarray(noise(4, 4)).save(photos / "cat" / "kittens" / "a.png")
    Image.fromarray(noise(4, 4)).save(photos / "z.png")
    found, notes = files_below(photos, "images")
    names = [path.relative_to(photos).as_posix() for path in found]
    assert names == [
        *("z.png", "cat/0.png", "cat/1.jpg", "cat/2.bmp", "cat/kittens/a.png"),
        *("dog/0.png", "dog/1.jpg", "dog/2.bmp"),
    ]
    assert [note.code for note in notes] == ["files_passed_over"]
    assert len(files_below(birds, "sounds")[0]) == 6
    with pytest.raises(DataError, match="and its subfolders hold no images"):
        files_below(birds, "images")


def test_a_folder_that_leads_back_to_itself_is_read_once(photos, tmp_path):
    (photos / "again").symlink_to(photos)
    (photos / "dog" / "other").symlink_to(photos / "cat")
    assert len(files_below(photos, "images")[0]) == 6
    (photos / "out").symlink_to(tmp_path)
    with pytest.raises(DataError, match="out of"):
        files_below(photos, "images")


def test_too_many_files_below_a_folder_are_refused(photos, monkeypatch):
    monkeypatch.setattr("axone.data.class_folders.MOST_FILES", 3)
    with pytest.raises(DataError, match="more than 3 files"):
        files_below(photos, "images")


def test_what_is_passed_over_in_a_folder_is_named(photos):
    (photos / "cat" / "notes.txt").write_text("mine")
    (photos / "dog" / "more").mkdir()
    Image.fromarray(noise(8, 8)).save(photos / "dog" / "more" / "0.png")
    Image.fromarray(noise(8, 8)).save(photos / "lost.png")
    (photos / "bird").mkdir()
    told = {note.code: str(note) for note in read_class_folder(photos).notes}
    assert told["files_passed_over"] == "1 file of another kind is passed over: 1 × .txt"
    assert "lost.png" in told["files_of_no_class"]
    assert str(Path("dog", "more")) in told["folders_within_classes"]
    assert told["folders_without_files"].endswith(": bird")


def test_a_folder_without_classes_is_told_where_its_files_are(tmp_path):
    flat, deep, other = (tmp_path / name for name in ("flat", "deep", "other"))
    for folder in (flat, deep / "cat" / "old", other / "cat"):
        folder.mkdir(parents=True)
    Image.fromarray(noise(8, 8)).save(flat / "0.png")
    Image.fromarray(noise(8, 8)).save(deep / "cat" / "old" / "0.png")
    (other / "cat" / "0.tif").write_text("")
    for folder, told in ((flat, "1 such file lies in it"), (deep, "deeper"), (other, "0.tif is")):
        with pytest.raises(DataError, match=told):
            load_dataset(folder)


def test_classes_of_one_file_each_are_no_identifier(photos):
    for word in ("cat", "dog"):
        for number in ("1.jpg", "2.bmp"):
            (photos / word / number).unlink()
    with pytest.raises(DataError, match="one file of each of its 2 classes"):
        load_dataset(photos)
    assert len(labelled_files(photos, Pictures((3, 4, 4)))[0]) == 2


@pytest.mark.parametrize(
    ("keep", "told"), [(slice(0), "it is empty"), (slice(-31), "31 bytes are missing at its end")]
)
def test_a_sound_cut_off_is_refused_and_never_read_in_part(birds, keep, told):
    path = birds / "owl" / "0.wav"
    path.write_bytes(path.read_bytes()[keep])
    with pytest.raises(DataError, match=told):
        read_sound(path)


def test_a_sound_from_a_pipe_whose_length_is_unknown_is_read(birds):
    path = birds / "owl" / "0.wav"
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff\xff\xff\xff" + content[8:])
    assert read_sound(path).samples.shape == (1, 100)


def test_a_missing_sound_is_told_once_by_its_name(tmp_path):
    with pytest.raises(DataError) as told:
        read_sound(tmp_path / "none.wav")
    assert str(told.value).count("none.wav") == 1


def test_sounds_longer_than_those_of_training_are_counted(birds):
    step = Sounds((1, 100), 8000)
    X, (note,) = step.read_and_tell(sorted((birds / "owl").iterdir()))
    assert X.shape == (3, 1, 100)
    assert (note.code, str(note)) == (
        "sounds_cut",
        "1 sound is longer than those of training: its first 0.0125 s are read",
    )


def test_a_folder_of_one_class_is_judged_though_not_learnt(photos):
    for path in (photos / "dog").iterdir():
        path.unlink()
    _X, classes = labelled_files(photos, Pictures((3, 4, 4)))
    assert set(classes.tolist()) == {"cat"}


def test_a_target_beside_a_folder_of_classes_is_refused(photos):
    with pytest.raises(ConfigurationError, match="names of its subfolders are the classes"):
        load_dataset(photos, target="animal == cat")


def test_a_missing_picture_is_told_by_its_name(tmp_path):
    with pytest.raises(DataError, match=r"none\.png is not a picture that can be read: No such"):
        read_pictures([tmp_path / "none.png"], (1, 4, 4))
