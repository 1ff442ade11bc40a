"""Clicks and drags reach the window below, through the window manager."""

import pytest

from sessionbay.engine.agent.inside.desktop.xlib import Display, X

from ..processes import eventually
from .live import Line, Live


@pytest.mark.parametrize(("button", "number"), [("left", 1), ("middle", 2), ("right", 3)])
def test_a_click_reaches_a_window(live: Live, line: Line, button: str, number: int) -> None:
    client = Display(live.name)
    try:
        screen = client.screen()
        window = screen.root.create_window(
            100, 100, 300, 200, 0, screen.root_depth, event_mask=X.ButtonPressMask | X.ButtonReleaseMask
        )
        window.map()
        client.sync()
        assert eventually(lambda: window.get_attributes().map_state == X.IsViewable)
        place = window.translate_coords(screen.root, 0, 0)
        line.call("click_mouse", x=150 - place.x, y=100 - place.y, button=button)
        assert eventually(lambda: client.pending_events() >= 2)
        events = [client.next_event() for _ in range(2)]
        assert [(event.type, event.detail) for event in events] == [(X.ButtonPress, number), (X.ButtonRelease, number)]
    finally:
        client.close()


def test_a_drag_ends_at_its_end(line: Line) -> None:
    line.call("drag_mouse", from_x=900, from_y=700, to_x=930, to_y=740)
    assert line.call("get_cursor_position") == {"x": 930, "y": 740}
