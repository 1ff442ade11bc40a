"""The mouse."""

from __future__ import annotations

import time

from ..frame_socket import Failure
from .arguments import choice, number
from .display import Connection
from .xlib import X

BUTTONS = {"left": 1, "middle": 2, "right": 3}
WHEEL = {"up": 4, "down": 5, "left": 6, "right": 7}
MAX_COORDINATE = 65535
MAX_NOTCHES = 1000
DOUBLE_CLICK_TIME = 0.5  # seconds within which programs count clicks at one place together
SAME_PLACE = 8  # pixels
DRAG_STEPS, DRAG_PAUSE = 10, 0.005
NOTCH_PAUSE = 0.02  # seconds; programs join notches that come together


class Pointer:
    """Moves the mouse and presses its buttons. One thread at a time uses it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._display = connection.display
        self._clicked = (0.0, -MAX_COORDINATE, -MAX_COORDINATE)  # when and where the last click was

    def move_mouse(self, x: object, y: object) -> None:
        """Move the cursor; a position off the screen is that at its edge."""
        self._go(*self._on_screen(x, y))

    def click_mouse(self, x: object, y: object, button: object = "left") -> None:
        """Click at a position. A double click stands alone: it waits until no click before it counts in."""
        name = choice("button", button, (*BUTTONS, "double_left"))
        place = self._on_screen(x, y)
        times = 2 if name == "double_left" else 1
        if times > 1:
            self._let_clicks_pass(*place)
        self._go(*place)
        for _ in range(times):
            self._press(BUTTONS[name.replace("double_", "")], True)
            self._press(BUTTONS[name.replace("double_", "")], False)
        self._display.sync()
        self._clicked = (time.monotonic(), *place)

    def drag_mouse(self, from_x: object, from_y: object, to_x: object, to_y: object, button: object = "left") -> None:
        """Drag from one position to another, in steps that programs can follow."""
        number_of_button = BUTTONS[choice("button", button, tuple(BUTTONS))]
        start, end = self._on_screen(from_x, from_y), self._on_screen(to_x, to_y)
        self._go(*start)
        self._press(number_of_button, True)
        try:
            for step in range(1, DRAG_STEPS + 1):
                self._move(*(a + (b - a) * step // DRAG_STEPS for a, b in zip(start, end, strict=True)))
                self._display.sync()
                time.sleep(DRAG_PAUSE)
        finally:
            self._press(number_of_button, False)
            self._display.sync()

    def scroll(self, x: object, y: object, direction: object = "up", amount: object = 1) -> None:
        """Turn the wheel at a position by a number of notches."""
        button = WHEEL[choice("direction", direction, tuple(WHEEL))]
        notches = number("amount", amount, 1, MAX_NOTCHES)
        self._go(*self._on_screen(x, y))
        for notch in range(notches):
            if notch:
                time.sleep(NOTCH_PAUSE)
            self._press(button, True)
            self._press(button, False)
            self._display.sync()

    def release_all(self) -> None:
        """Release all buttons that are down, also those that others pressed."""
        mask = self._connection.pointer().mask
        for button in BUTTONS.values():
            if mask & (X.Button1Mask << (button - 1)):
                self._press(button, False)
        self._display.sync()

    def _on_screen(self, x: object, y: object) -> tuple[int, int]:
        width, height = self._connection.size()
        across = number("x", x, -MAX_COORDINATE, MAX_COORDINATE)
        down = number("y", y, -MAX_COORDINATE, MAX_COORDINATE)
        return min(max(across, 0), width - 1), min(max(down, 0), height - 1)

    def _move(self, x: int, y: int) -> None:
        self._display.xtest_fake_input(X.MotionNotify, x=x, y=y)

    def _press(self, button: int, down: bool) -> None:
        self._display.xtest_fake_input(X.ButtonPress if down else X.ButtonRelease, button)

    def _go(self, x: int, y: int) -> None:
        """Move the cursor; fail if a program keeps it elsewhere."""
        self._move(x, y)
        place = self._connection.pointer()
        if (place.root_x, place.root_y) != (x, y):
            raise Failure(f"the cursor is at {place.root_x}, {place.root_y}, not at {x}, {y}: a program keeps it there")

    def _let_clicks_pass(self, x: int, y: int) -> None:
        when, last_x, last_y = self._clicked
        left = when + DOUBLE_CLICK_TIME - time.monotonic()
        if left > 0 and max(abs(x - last_x), abs(y - last_y)) <= SAME_PLACE:
            time.sleep(left)
