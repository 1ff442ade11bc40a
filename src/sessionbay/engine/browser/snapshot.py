"""A page as text for a model: what it says, and the elements that can be acted on, with the numbers of their nodes.

Made from ``DOMSnapshot.captureSnapshot``: the tree of accessible nodes is twenty times that size. A node keeps its
number as long as it is in the page.
"""

from collections.abc import Iterator
from typing import Any

from .devtools import object_of
from .element import NODE

MAX_TEXT = 100_000  # characters of a snapshot
MAX_LABEL = 200  # characters of an element
ELEMENT, TEXT = 1, 3  # types of nodes
ROLES = {"A": "link", "BUTTON": "button", "INPUT": "field", "SELECT": "list", "SUMMARY": "button", "TEXTAREA": "field"}
KINDS = {
    "button": "button",
    "checkbox": "checkbox",
    "image": "button",
    "radio": "radio",
    "reset": "button",
    "submit": "button",
}
ACTING_ROLES = ("button", "checkbox", "link", "menuitem", "option", "radio", "switch", "tab")
METHODS = {"field": "fill", "list": "select"}
LABELS = ("aria-label", "placeholder", "title", "alt", "name")


class _Document:
    """One document of a snapshot: the page, or a frame."""

    def __init__(self, document: dict[str, Any], strings: list[str]) -> None:
        nodes = object_of(document.get("nodes"))
        self._strings = strings
        self._parents: list[int] = nodes["parentIndex"]
        self._types: list[int] = nodes["nodeType"]
        self._names: list[int] = nodes["nodeName"]
        self._numbers: list[int] = nodes["backendNodeId"]
        self._attributes: list[list[int]] = nodes["attributes"]
        self._values = {
            index: value
            for kind in ("inputValue", "textValue")
            for index, value in zip(nodes[kind]["index"], nodes[kind]["value"], strict=True)
        }
        self._checked = set(nodes["inputChecked"]["index"])
        self._listening = set(nodes["isClickable"]["index"])
        layout = object_of(document.get("layout"))
        self._texts: dict[int, str] = {}
        self._shown: list[int] = []
        for node, bounds, text in zip(layout["nodeIndex"], layout["bounds"], layout["text"], strict=True):
            if bounds[2] > 0 and bounds[3] > 0:
                self._shown.append(node)
                self._texts[node] = self._string(text).strip()

    def lines(self) -> Iterator[tuple[str, dict[str, str] | None]]:
        """Yield the lines of the document in order, each with the element that it describes, if any."""
        owner: dict[int, int] = {}  # of each node within an element that can be acted on
        labels: dict[int, list[str]] = {}
        order: list[tuple[int, str]] = []
        for node in sorted(set(self._shown)):
            within = owner.get(self._parents[node], -1) if self._parents[node] >= 0 else -1
            if within < 0 and self._types[node] == ELEMENT and self._role(node):
                within = node
                order.append((node, ""))
            owner[node] = within
            if self._types[node] == TEXT and self._texts[node]:
                if within >= 0:
                    labels.setdefault(within, []).append(self._texts[node])
                else:
                    order.append((-1, self._texts[node]))
        for node, text in order:
            yield (text, None) if node < 0 else self._element(node, " ".join(labels.get(node, [])))

    def _element(self, node: int, label: str) -> tuple[str, dict[str, str]]:
        attributes, role, number = self._attributes_of(node), self._role(node), self._numbers[node]
        label = label or next((attributes[name] for name in LABELS if attributes.get(name)), "")
        words = [role, f'"{label[:MAX_LABEL]}"'] if label else [role]
        if node in self._values and role in METHODS and (value := self._string(self._values[node])):
            words.append(f'with "{value[:MAX_LABEL]}"')
        if node in self._checked:
            words.append("checked")
        if href := attributes.get("href"):
            words.append(f"to {href[:MAX_LABEL]}")
        description = " ".join(words)
        element = {"selector": f"{NODE}{number}", "description": description, "method": METHODS.get(role, "click")}
        return f"[{number}] {description}", element

    def _role(self, node: int) -> str:
        """Return what an element is, if it can be acted on."""
        name, attributes = self._string(self._names[node]), self._attributes_of(node)
        if (
            role := attributes.get("role", "")
            if attributes.get("role") in ("button", "link", "checkbox", "tab")
            else ""
        ):
            return role
        if name == "INPUT":
            return KINDS.get(attributes.get("type", "text").lower(), "field")
        if name in ROLES:
            return ROLES[name]
        if attributes.get("contenteditable") in ("", "true"):
            return "field"
        return "button" if node in self._listening and name not in ("HTML", "BODY", "#document") else ""

    def _attributes_of(self, node: int) -> dict[str, str]:
        words = [self._string(index) for index in self._attributes[node]]
        return dict(zip(words[::2], words[1::2], strict=True))

    def _string(self, index: int) -> str:
        return self._strings[index] if index >= 0 else ""


def describe(snapshot: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """Return the text of a snapshot and its elements; raise ValueError if it is none.

    A frame that comes from another site is not in it. Text over ``MAX_TEXT`` characters is left out.
    """
    try:
        strings: list[str] = snapshot["strings"]
        lines: list[str] = []
        elements: list[dict[str, str]] = []
        room = MAX_TEXT
        for document in snapshot["documents"]:
            for line, element in _Document(object_of(document), strings).lines():
                room -= len(line) + 1
                if room < 0:
                    return "\n".join([*lines, "[the rest of the page is left out]"]), elements
                lines.append(line)
                elements += [element] if element else []
        return "\n".join(lines), elements
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise ValueError(f"the browser returned no snapshot: {exc!r}") from exc
