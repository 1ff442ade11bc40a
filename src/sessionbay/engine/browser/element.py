"""An element of a page, and what the operator does with it: as a person would, by mouse and keyboard."""

import json
from typing import Annotated, Any

from annotated_types import Len
from pydantic import TypeAdapter, ValidationError

from .attached_page import AttachedPage
from .devtools import DevToolsError, object_of

NODE = "node="  # the selector of an element that a snapshot has numbered
XPATH = "xpath="
FIND = "document.querySelector(%s)"
FIND_BY_PATH = "document.evaluate(%s, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue"
COVERED = """
function(x, y) {
  for (let at = document.elementFromPoint(x, y); at; at = at.parentNode || at.host) if (at === this) return "";
  const above = document.elementFromPoint(x, y);
  return above && this.contains(above) ? "" : above ? above.tagName.toLowerCase() : "nothing";
}
"""
CLEAR = """
function() {
  this.focus();
  if (this.select) this.select();
  else getSelection().selectAllChildren(this);
  return this.matches(":disabled, [readonly]") ? "it takes no text" : "";
}
"""
CONTENT = "function() { return String(this.value ?? this.textContent); }"
SELECT = """
function(wanted) {
  const option = [...(this.options || [])].find((one) => one.value === wanted || one.label.trim() === wanted);
  if (!option) return "it has no option " + JSON.stringify(wanted);
  this.value = option.value;
  for (const kind of ["input", "change"]) this.dispatchEvent(new Event(kind, {bubbles: true}));
  return "";
}
"""
KEYS = {  # of KeyboardEvent: the code on Windows, and the text that the key types
    "Backspace": (8, ""),
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Space": (32, " "),
    "PageUp": (33, ""),
    "PageDown": (34, ""),
    "End": (35, ""),
    "Home": (36, ""),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
    "Delete": (46, ""),
}


_QUADS = TypeAdapter(list[Annotated[list[float], Len(8, 8)]])  # the corners of rectangles


class Element:
    """One element, by its object in the page."""

    def __init__(self, page: AttachedPage, object_id: str) -> None:
        self._page = page
        self._id = object_id

    @classmethod
    async def find(cls, page: AttachedPage, selector: str) -> "Element":
        """Return the element of a selector: ``node=`` and a number of a snapshot, ``xpath=``, or CSS."""
        if selector.startswith(NODE):
            number = selector.removeprefix(NODE)
            if not number.isdecimal():
                raise DevToolsError(f"{selector!r} is no selector of a snapshot, such as 'node=12'")
            found = object_of((await page.call("DOM.resolveNode", backendNodeId=int(number))).get("object"))
        else:
            path = selector.removeprefix(XPATH)
            expression = FIND_BY_PATH if path != selector or selector.startswith("/") else FIND
            found = await _evaluated(page, expression % json.dumps(path))
        if not isinstance(found.get("objectId"), str):
            raise DevToolsError(f"the page has no element {selector!r}")
        return cls(page, found["objectId"])

    async def click(self, times: int = 1) -> None:
        """Click at the middle of the element; raise if another element covers it."""
        x, y = await self._middle()
        if covering := await self._run(COVERED, x, y):
            raise DevToolsError(f"{covering} covers it")
        place = {"x": x, "y": y, "button": "left"}
        await self._page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                await self._page.call("Input.dispatchMouseEvent", type=kind, clickCount=count, **place)

    async def fill(self, text: str) -> None:
        """Put a text in place of what a field has; raise if the page keeps it from that."""
        await self._middle()
        if problem := await self._run(CLEAR):
            raise DevToolsError(problem)
        if text:
            await self._page.call("Input.insertText", text=text)
        else:
            await _press(self._page, "Delete")
        if (kept := await self._run(CONTENT)) != text:
            raise DevToolsError(f"it has {kept!r}, not the text: the page changes what is typed")

    async def select(self, option: str) -> None:
        """Select an option by its value or its label."""
        if problem := await self._run(SELECT, option):
            raise DevToolsError(problem)

    async def press(self, key: str) -> None:
        """Press a key with the element in focus."""
        await self._page.call("DOM.focus", objectId=self._id)
        await _press(self._page, key)

    async def scroll(self) -> None:
        """Scroll until the element is in view."""
        await self._middle()

    async def _middle(self) -> tuple[float, float]:
        """Scroll to the element; return where its middle is in the view."""
        await self._page.call("DOM.scrollIntoViewIfNeeded", objectId=self._id)
        quads = (await self._page.call("DOM.getContentQuads", objectId=self._id)).get("quads")
        try:
            corners = _QUADS.validate_python(quads)[0]
        except (ValidationError, IndexError) as exc:
            raise DevToolsError("it is not visible") from exc
        return sum(corners[::2]) / 4, sum(corners[1::2]) / 4

    async def _run(self, function: str, *arguments: object) -> Any:
        """Return the result of a function of the element."""
        values = [{"value": argument} for argument in arguments]
        done = await self._page.call(
            "Runtime.callFunctionOn",
            functionDeclaration=function,
            objectId=self._id,
            arguments=values,
            returnByValue=True,
        )
        return object_of(done.get("result")).get("value")


async def _evaluated(page: AttachedPage, expression: str) -> dict[str, Any]:
    done = await page.call("Runtime.evaluate", expression=expression)
    if "exceptionDetails" in done:
        raise DevToolsError(f"the selector is invalid: {object_of(done.get('result')).get('description', '')}")
    return object_of(done.get("result"))


async def _press(page: AttachedPage, key: str) -> None:
    if key not in KEYS and len(key) != 1:
        raise DevToolsError(f"there is no key {key!r}: use one character, or one of {', '.join(KEYS)}")
    code, text = KEYS.get(key, (0, key))
    name = " " if key == "Space" else key
    event: dict[str, Any] = {"key": name, "windowsVirtualKeyCode": code, "text": text}
    await page.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **event)
    await page.call("Input.dispatchKeyEvent", type="keyUp", **{**event, "text": ""})
