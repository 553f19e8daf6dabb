"""A file that somebody brought becomes plain pixels of declared size, or a reason why not."""

import io
import random

import pytest
from PIL import Image, ImageCms

from engine.working_picture import UnusablePicture, WorkingPicture, read, read_mask, working_size


def file(image, form="PNG", **how):
    out = io.BytesIO()
    image.save(out, form, compress_level=1, **how)
    return out.getvalue()


def drawn(width=832, height=1216, mode="RGB"):
    """Red above blue."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, height // 2, width, height))
    return image.convert(mode)


def seen(picture):
    return Image.frombytes("RGB", (picture.width, picture.height), picture.values)


@pytest.mark.parametrize("size", [(832, 1216), (1000, 1008)])
def test_what_needs_no_scaling_is_its_own_working_picture(size):
    """To the last bit, so that what is kept of it stays equal to the file."""
    image = Image.effect_noise(size, 60).convert("RGB")
    assert read(file(image)) == WorkingPicture(width=size[0], height=size[1], values=image.tobytes())


@pytest.mark.parametrize(
    ("size", "expected"),
    [((831, 1216), (848, 1240)), ((4000, 3000), (1184, 888)), ((64, 64), (1024, 1024)), ((1664, 2432), (848, 1240))],
)
def test_everything_else_is_brought_to_the_area_of_the_model_card_s_sizes(size, expected):
    """In its proportions, to whole multiples of eight."""
    assert working_size(*size) == expected
    assert abs(expected[0] * expected[1] / 1024**2 - 1) < 0.02


@pytest.mark.parametrize(
    ("size", "reason"), [((63, 900), "too_small"), ((100, 401), "too_long"), ((3001, 3000), "too_large")]
)
def test_sizes_with_which_nothing_can_be_done_are_refused_before_they_are_decoded(size, reason, monkeypatch):
    """By the header alone."""
    data = file(Image.new("L", size))
    monkeypatch.setattr(Image.Image, "load", lambda _image: pytest.fail("decoded"))
    with pytest.raises(UnusablePicture) as refused:
        read(data)
    assert refused.value.reason == reason


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_it_stands_upright(form, turned):
    """As the camera says."""
    back = {1: 0, 3: 180, 6: 90, 8: 270}[turned]
    exif = Image.Exif()
    exif[0x0112] = turned
    picture = seen(read(file(drawn().rotate(back, expand=True), form, exif=exif)))
    assert picture.size == (832, 1216)
    assert picture.getpixel((400, 100))[0] > 150
    assert picture.getpixel((400, 1100))[2] > 150


def test_colours_are_brought_to_srgb():
    """As the file's profile says; one that is none is left out."""
    image = Image.new("RGB", (832, 1216), (100, 150, 200))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    as_it_is = seen(read(file(image))).getpixel((0, 0))
    assert as_it_is == (100, 150, 200)
    assert seen(read(file(image, icc_profile=srgb))).getpixel((0, 0)) == pytest.approx(as_it_is, abs=1)
    assert seen(read(file(image, icc_profile=swapped))).getpixel((0, 0)) == pytest.approx((200, 150, 100), abs=9)
    assert seen(read(file(image, icc_profile=b"nothing"))).getpixel((0, 0)) == as_it_is


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK"])
def test_every_mode_becomes_three_bytes_a_pixel(mode):
    """16 bits of grey are not all white."""
    image = Image.new("I;16", (832, 1216), 30000) if mode == "I;16" else drawn(mode=mode)
    picture = read(file(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert len(picture.values) == 832 * 1216 * 3
    assert picture.values[0] < 250


def test_what_is_transparent_is_white():
    """As a tagger sees it."""
    assert seen(read(file(Image.new("RGBA", (832, 1216), (9, 9, 9, 0))))).getpixel((5, 5)) == (255, 255, 255)


def test_what_moves_is_refused():
    """In every form that can."""
    frames = [drawn(64, 64), drawn(64, 64, "L").convert("RGB")]
    for form in ("PNG", "WEBP"):
        with pytest.raises(UnusablePicture) as refused:
            read(file(frames[0], form, save_all=True, append_images=frames[1:]))
        assert refused.value.reason == "animated"
    with pytest.raises(UnusablePicture) as refused:
        read(file(frames[0], "GIF"))
    assert refused.value.reason == "no_picture"


@pytest.mark.parametrize("size", [(1600, 1200), (4000, 3000)])
def test_of_a_telephone_s_several_pictures_the_first_is_taken(size):
    """It keeps a small one behind the photograph, or how far away everything was, and nothing of it moves."""
    photograph = drawn(*size)
    together = file(photograph, "MPO", save_all=True, append_images=[drawn(64, 64)])
    assert Image.open(io.BytesIO(together)).format == "MPO"
    assert seen(read(together)).size == seen(read(file(photograph, "JPEG"))).size == (1184, 888)


def test_damaged_files_have_a_reason_and_nothing_else():
    """Cut off anywhere, a bit turned anywhere, and the files that others were attacked with."""
    chance = random.Random(1)
    whole = [file(drawn(64, 96), form) for form in ("PNG", "JPEG", "WEBP")]
    cut = [data[: chance.randrange(len(data))] for data in whole for _ in range(6)]
    turned = []
    for data in whole:
        for _ in range(10):
            place = chance.randrange(len(data))
            turned.append(data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])
    reasons = set()
    for data in [*cut, *turned, b"", b"\x89PNG\r\n\x1a\n"]:
        try:
            assert isinstance(read(data), WorkingPicture)
        except UnusablePicture as refused:
            reasons.add(refused.reason)
    assert {"damaged", "no_picture"} <= reasons


class TestMasks:
    """Which part of a picture is meant."""

    def test_white_is_drawn_anew(self):
        """At the picture's size."""
        image = Image.new("L", (416, 608))
        image.paste(255, (0, 0, 208, 608))
        mask = Image.frombytes("L", (832, 1216), read_mask(file(image), 832, 1216))
        assert (mask.getpixel((100, 600)), mask.getpixel((700, 600))) == (255, 0)

    def test_a_hole_in_a_picture_is_drawn_anew(self):
        """As other programs have it."""
        image = drawn(mode="RGBA")
        image.paste((0, 0, 0, 0), (0, 0, 100, 100))
        mask = Image.frombytes("L", (832, 1216), read_mask(file(image), 832, 1216))
        assert (mask.getpixel((50, 50)), mask.getpixel((500, 500))) == (255, 0)

    def test_white_strokes_on_nothing_are_drawn_anew(self):
        """Of a layer that was saved alone."""
        image = Image.new("RGBA", (832, 1216))
        image.paste((255, 255, 255, 255), (0, 0, 100, 100))
        mask = Image.frombytes("L", (832, 1216), read_mask(file(image), 832, 1216))
        assert (mask.getpixel((50, 50)), mask.getpixel((500, 500))) == (255, 0)

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
    def test_black_that_is_not_quite_black_is_kept(self, form):
        """Of a mask that was drawn on grey, or that a format changed a little beside the edges."""
        image = Image.new("L", (832, 1216), 9)
        image.paste(246, (208, 208, 624, 1000))
        for width, height in ((832, 1216), (416, 608)):
            mask = Image.frombytes("L", (width, height), read_mask(file(image.convert("RGB"), form), width, height))
            counted = mask.histogram()
            assert sum(counted[1:16]) == sum(counted[240:255]) == 0
            assert counted[0] > 0.6 * width * height

    @pytest.mark.parametrize("image", [drawn(), Image.new("L", (832, 1216))], ids=["colours", "nothing"])
    def test_what_marks_nothing_is_refused(self, image):
        """Colours say nothing, and black is kept."""
        with pytest.raises(UnusablePicture) as refused:
            read_mask(file(image), 832, 1216)
        assert refused.value.reason == "no_mask"
