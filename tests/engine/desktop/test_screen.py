"""The screen and the mouse of the desktop service, on a real X server."""

import io
import struct

import pytest
from PIL import Image

from sessionbay.core.image import image_format, image_size

from .live import HEIGHT, WIDTH, Answer, Line, Live


def test_the_first_answer_tells_the_desktop(live: Live, line: Line) -> None:
    expected = {
        "display": live.name,
        "width": WIDTH,
        "height": HEIGHT,
        "scale": 1.0,
        "layout": "us",
        "manager": "Openbox",
    }
    assert line.call("ping") == expected


def test_a_scale_is_set_for_programs(live: Live) -> None:
    with live.service(scale=1.5) as line:
        assert line.call("get_screen_size") == {"width": WIDTH, "height": HEIGHT, "dpiScalingFactor": 1.5}


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_pictures_are_of_the_whole_screen(line: Line, kind: str) -> None:
    picture = line.call("screenshot", format=kind)
    assert image_format(picture) == kind
    assert image_size(picture) == (WIDTH, HEIGHT)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (640, 400), (WIDTH - 1, HEIGHT - 1)])
def test_the_cursor_is_where_it_was_moved(line: Line, x: int, y: int) -> None:
    line.call("move_mouse", x=x, y=y)
    assert line.call("get_cursor_position") == {"x": x, "y": y}


def test_a_position_off_the_screen_is_that_at_its_edge(line: Line) -> None:
    line.call("move_mouse", x=-5, y=60000)
    assert line.call("get_cursor_position") == {"x": 0, "y": HEIGHT - 1}


@pytest.mark.parametrize(
    ("op", "arguments", "problem"),
    [
        ("move_mouse", {"x": "a", "y": 1}, "x must be a number, not 'a'"),
        ("move_mouse", {"x": 1}, "move_mouse: missing a required argument: 'y'"),
        (
            "click_mouse",
            {"x": 1, "y": 1, "button": "double_right"},
            "button must be one of left, middle, right, double_left",
        ),
        (
            "drag_mouse",
            {"from_x": 1, "from_y": 1, "to_x": 2, "to_y": 2, "button": "double_left"},
            "button must be one of",
        ),
        ("scroll", {"x": 1, "y": 1, "direction": "up", "amount": 0}, "amount must be between 1 and 1000, not 0"),
        ("screenshot", {"format": "gif"}, "format must be one of png, jpeg, not 'gif'"),
        ("fly", {}, "the desktop has no tool 'fly'"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    line: Line, op: str, arguments: dict[str, object], problem: str
) -> None:
    with pytest.raises(Answer) as failed:
        line.call(op, **arguments)
    assert problem in str(failed.value)


def test_pictures_are_the_same_without_mss_and_pillow(line: Line) -> None:
    """The picture of a corner where something is, by both ways."""
    from sessionbay.engine.agent.inside.desktop.png import png

    picture = Image.open(io.BytesIO(line.call("screenshot"))).convert("RGB")
    pixels = picture.tobytes("raw", "BGRX")
    own = png(pixels, WIDTH, HEIGHT, 1)
    assert struct.unpack("!II", own[16:24]) == (WIDTH, HEIGHT)
    assert Image.open(io.BytesIO(own)).tobytes() == picture.tobytes()
