"""Pictures of signs brought to MNIST's form: any colour, size and place of the ink."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import center_of_mass

from axone.data import read_images
from axone.data.images import centred
from axone.errors import DataError


@pytest.fixture(scope="module")
def stroke():
    """White ink on black: the figure of a seven, off the centre."""
    pixels = np.zeros((60, 50), dtype=np.uint8)
    pixels[10:14, 8:30] = 255
    for step in range(28):
        pixels[13 + step, 28 - step // 2 : 32 - step // 2] = 255
    return pixels


def write(folder, pixels, name="sign.png", mode=None):
    picture = Image.fromarray(pixels)
    (picture if mode is None else picture.convert(mode)).save(folder / name)
    return folder / name


def read(path, shape=(28, 28)):
    return read_images([path], shape)[0]


def test_ink_is_fitted_into_twenty_pixels_and_centred_by_its_mass(tmp_path, stroke):
    image = read(write(tmp_path, stroke))
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    rows, columns = np.nonzero(image > 50)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    np.testing.assert_allclose(center_of_mass(image.astype(float)), 14, atol=0.6)
    assert image.max() > 240


def test_black_on_white_and_white_on_black_are_the_same_image(tmp_path, stroke):
    white = read(write(tmp_path, stroke, "white.png"))
    black = read(write(tmp_path, 255 - stroke, "black.png"))
    np.testing.assert_array_equal(white, black)


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_mode_of_picture_is_read(tmp_path, stroke, mode):
    np.testing.assert_allclose(
        read(write(tmp_path, stroke, mode=mode)).astype(int), read(write(tmp_path, stroke)), atol=2
    )


@pytest.mark.parametrize("name", ["sign.jpg", "sign.bmp", "sign.PNG"])
def test_every_kind_of_picture_is_read(tmp_path, stroke, name):
    expected = read(write(tmp_path, stroke)).astype(int)
    assert np.abs(read(write(tmp_path, stroke, name)) - expected).mean() < 3


def test_transparent_pixels_are_white_paper(tmp_path, stroke):
    pixels = np.zeros((*stroke.shape, 4), dtype=np.uint8)
    pixels[..., 3] = stroke
    np.testing.assert_array_equal(
        read(write(tmp_path, pixels, "clear.png")), read(write(tmp_path, stroke))
    )


def test_a_photograph_is_turned_as_the_telephone_notes(tmp_path, stroke):
    exif = Image.Exif()
    exif[0x0112] = 6  # the sensor lay on its side: turn the picture right by 90°
    turned = Image.fromarray(np.rot90(stroke))
    turned.save(tmp_path / "photo.png", exif=exif)
    np.testing.assert_array_equal(read(tmp_path / "photo.png"), read(write(tmp_path, stroke)))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_where_the_ink_stands_on_the_paper_does_not_matter(stroke, above, below, left, right):
    paper = np.pad(stroke.astype(float), ((above, below), (left, right)))
    np.testing.assert_array_equal(
        centred(paper, 28, 28, "paper"), centred(stroke.astype(float), 28, 28, "stroke")
    )


@given(st.sampled_from([2, 3, 5]))
def test_the_size_of_the_picture_hardly_matters(stroke, times):
    large = np.kron(stroke.astype(float), np.ones((times, times)))
    expected = centred(stroke.astype(float), 28, 28, "stroke").astype(int)
    assert np.abs(centred(large, 28, 28, "large") - expected).mean() < 8


@given(st.integers(20, 255), st.integers(0, 100))
def test_faint_ink_becomes_bright(stroke, strength, ground):
    faint = ground + stroke / 255.0 * strength
    expected = centred(stroke.astype(float), 28, 28, "stroke")
    np.testing.assert_allclose(centred(faint, 28, 28, "faint").astype(int), expected, atol=2)


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (8, 8), (20, 30)])
def test_images_come_in_the_shape_that_the_model_takes(tmp_path, stroke, shape):
    paths = [write(tmp_path, stroke, f"{n}.png") for n in range(3)]
    images = read_images(paths, shape)
    assert images.shape == (3, *shape)
    assert (images == images[0]).all()


@pytest.mark.parametrize("shape", [(64,), (3, 28, 28), (2, 5, 28, 28)])
def test_a_model_that_takes_no_grey_images_says_so(tmp_path, stroke, shape):
    with pytest.raises(DataError, match="no grey images: give it rows"):
        read_images([write(tmp_path, stroke)], shape)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_colour_is_refused_with_its_name(tmp_path, value):
    path = write(tmp_path, np.full((20, 20), value, dtype=np.uint8))
    with pytest.raises(DataError, match=r"sign\.png is of one colour"):
        read(path)


@pytest.mark.parametrize(
    "grey",
    [
        np.add.outer(np.arange(40) ** 2, np.arange(16) ** 2) // 10,
        np.random.default_rng(0).integers(0, 256, (40, 16)),
    ],
    ids=["shades", "grain"],
)
def test_a_picture_without_a_mark_is_refused_with_its_name(tmp_path, grey):
    path = write(tmp_path, grey.astype(np.uint8))
    with pytest.raises(DataError, match=r"sign\.png shows no mark that stands out"):
        read(path)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"BM" + b"\xff" * 60])
def test_a_file_that_is_no_picture_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "sign.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"sign\.png is not a picture that can be read"):
        read(path)


def test_a_truncated_picture_is_refused_with_its_name(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (50, 50), dtype=np.uint8)
    path = write(tmp_path, noise)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"sign\.png is not a picture"):
        read(path)


def test_a_picture_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.png is not a picture.*No such file"):
        read(tmp_path / "nowhere.png")


@pytest.mark.parametrize("size", [(8000, 7000), (10_000, 10_000), (20_000, 20_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path, size):
    Image.new("1", size).save(tmp_path / "huge.png")
    with pytest.raises(DataError, match=r"huge\.png has more than 50,000,000 pixels"):
        read(tmp_path / "huge.png")


def test_a_thin_line_keeps_at_least_a_pixel(tmp_path):
    pixels = np.zeros((300, 300), dtype=np.uint8)
    pixels[:, 150] = 255
    pixels[[0, -1]] = 0
    image = read(write(tmp_path, pixels))
    assert (image.max(axis=1) > 100).sum() == 20
    assert (image.max(axis=0) > 100).sum() == 1


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n{} loop\n%%EOF\n"


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.eps"])
def test_postscript_is_no_picture_whatever_its_name_and_starts_no_program(
    tmp_path, monkeypatch, name
):
    def no_program(*words, **settings):
        raise AssertionError(f"a program was started: {words}")

    monkeypatch.setattr("subprocess.Popen", no_program)
    (tmp_path / name).write_bytes(POSTSCRIPT)
    with pytest.raises(DataError, match="is not a picture that can be read: it is none of PNG, "):
        read(tmp_path / name)


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "TGA", "PCX", "PDF", "WEBP"])
def test_other_formats_are_not_even_looked_at(tmp_path, stroke, kind):
    Image.fromarray(stroke).convert("RGB").save(tmp_path / "sign.png", kind)
    with pytest.raises(DataError, match="it is none of PNG, JPEG, BMP, GIF"):
        read(tmp_path / "sign.png")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF"])
def test_a_picture_is_known_by_its_content_not_its_name(tmp_path, stroke, kind):
    Image.fromarray(stroke).save(tmp_path / "sign.jpg", kind)
    np.testing.assert_array_equal(read(tmp_path / "sign.jpg"), read(write(tmp_path, stroke)))


def test_of_an_animation_the_first_picture_is_read(tmp_path, stroke):
    frames = [Image.new("L", (50, 60), shade) for shade in range(20)]
    Image.fromarray(stroke).save(tmp_path / "moving.gif", save_all=True, append_images=frames)
    np.testing.assert_array_equal(read(tmp_path / "moving.gif"), read(write(tmp_path, stroke)))


def test_a_jpeg_drawn_over_without_end_is_refused_before_it_is_decoded(tmp_path, stroke):
    path = tmp_path / "sign.jpg"
    Image.fromarray(stroke).save(path, progressive=True)
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00" * 5000)
    with pytest.raises(DataError, match=r"drawn over 5,0\d\d times, which no photograph is"):
        read(path)


def test_a_file_too_large_for_a_picture_is_not_read_whole(tmp_path, stroke, monkeypatch):
    monkeypatch.setattr("axone.data.images.IMAGE_BYTES", 100)
    with pytest.raises(DataError, match="which no picture of a sign is"):
        read(write(tmp_path, stroke))


def test_texts_within_a_picture_that_unpack_without_end_are_refused(tmp_path, stroke):
    from PIL import PngImagePlugin

    words = PngImagePlugin.PngInfo()
    words.add_text("bomb", "x" * (1 << 24), zip=True)
    Image.fromarray(stroke).save(tmp_path / "sign.png", pnginfo=words)
    with pytest.raises(DataError, match="is not a picture that can be read"):
        read(tmp_path / "sign.png")


def test_a_digit_of_mnist_comes_back_as_itself(tmp_path, real_data):
    digits = np.load(real_data / "mnist.npz")["X_test"][:50]
    paths = [write(tmp_path, digit, f"{n}.png") for n, digit in enumerate(digits)]
    difference = np.abs(read_images(paths, (28, 28)).astype(int) - digits)
    # Rounding moves a few by one pixel.
    assert np.mean(difference.max(axis=(1, 2)) <= 1) > 0.95


@pytest.fixture
def page(stroke):
    """A sign in ink on a sheet of paper: 255 is white."""
    paper = np.full((240, 320), 235.0)
    height, width = stroke.shape
    paper[60 : 60 + height, 200 : 200 + width] -= 0.8 * stroke
    return paper


@pytest.mark.parametrize("spoilt", ["light", "grain", "specks", "frame"])
def test_light_grain_specks_and_a_frame_make_no_difference(page, spoilt):
    random = np.random.default_rng(0)
    expected = centred(page, 28, 28, "page").astype(int)
    photo = page.copy()
    if spoilt == "light":
        photo -= np.linspace(0, 90, 320) + np.linspace(0, 30, 240)[:, None]
    elif spoilt == "grain":
        photo += random.normal(0, 8, photo.shape)
    elif spoilt == "specks":
        photo.ravel()[random.integers(0, photo.size, 40)] = 20
    else:
        photo[:4] = photo[-4:] = 10
        photo[:, :4] = photo[:, -4:] = 10
    found = centred(np.clip(photo, 0, 255), 28, 28, "page").astype(int)
    assert np.abs(found - expected).mean() < 12  # moved by a pixel it would be 25
