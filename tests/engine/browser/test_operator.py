"""The operator without a model: pages listed, described and acted on by the numbers of their elements."""

from dataclasses import replace

import pytest

from sessionbay import ActOptions, ObserveResult, PageSnapshot, Session
from sessionbay.engine.browser.snapshot import describe

from ..desktop.texts import SEVEN

SHOP = """data:text/html;charset=utf-8,<title>Shop</title><h1>Offers</h1><p>Two <b>offers</b></p>
<input placeholder=Name><input type=checkbox aria-label=Gift checked><textarea disabled>no</textarea>
<select aria-label=Size><option value=s>Small<option value=l>Large</select>
<a href='%23terms'>Terms</a>
<button onclick="document.title='ordered ' + document.querySelector('input').value">Order</button>
<div style=display:none><button>Hidden</button></div>
<div style=position:relative;height:40px><button>Below</button>
<div style=position:absolute;inset:0;background:white></div></div>"""


@pytest.fixture
def shop(browsing: Session) -> PageSnapshot:
    """Give what a page says."""
    browsing.browser.operator.navigate(SHOP).raise_for_error()
    return browsing.browser.operator.snapshot().unwrap()


def element(page: PageSnapshot, words: str) -> ObserveResult:
    return next(each for each in page.elements if words in each.description)


def test_a_snapshot_has_what_a_page_says_and_what_can_be_done(shop: PageSnapshot) -> None:
    lines = [line.partition("] ")[2] or line for line in shop.text.splitlines()]
    assert (shop.title, lines[:2]) == ("Shop", ["Offers", "Two"])
    found = [each.description for each in shop.elements]
    assert found[:3] == ['field "Name"', 'checkbox "Gift" checked', 'field with "no"']
    assert {'link "Terms" to #terms', 'button "Order"', 'button "Below"'} <= set(found)
    assert not any("Hidden" in description for description in found)
    assert [element(shop, kind).method for kind in ("Name", "Size", "Order")] == ["fill", "select", "click"]


def test_elements_keep_their_numbers(browsing: Session, shop: PageSnapshot) -> None:
    again = browsing.browser.operator.snapshot().unwrap()
    assert [each.selector for each in again.elements] == [each.selector for each in shop.elements]


def test_a_field_is_filled_and_a_button_clicked(browsing: Session, shop: PageSnapshot) -> None:
    operator = browsing.browser.operator
    name = replace(element(shop, "Name"), arguments={"text": "漢字"})
    assert operator.act(name).raise_for_error().message.startswith("fill node=")
    operator.act(element(shop, "Order")).raise_for_error()
    after = operator.snapshot().unwrap()
    assert after.title == "ordered 漢字"
    assert element(after, "Name").description == 'field "Name" with "漢字"'


@pytest.mark.parametrize("name", ["ascii", "chinese", "russian and hebrew", "emoji"])
def test_a_field_keeps_any_text(browsing: Session, shop: PageSnapshot, name: str) -> None:
    filled = replace(element(shop, "Name"), arguments={"text": SEVEN[name]})
    browsing.browser.operator.act(filled).raise_for_error()  # which fails if the field has another text then
    after = element(browsing.browser.operator.snapshot().unwrap(), "Name")
    assert after.description == f'field "Name" with "{SEVEN[name]}"'


def test_options_keys_and_other_selectors(browsing: Session, shop: PageSnapshot) -> None:
    operator = browsing.browser.operator
    operator.act(replace(element(shop, "Size"), arguments={"value": "Large"})).raise_for_error()
    operator.act(ObserveResult("xpath=//input[@type='checkbox']", method="click")).raise_for_error()
    operator.act(ObserveResult("input", method="fill", arguments={"text": "ab"})).raise_for_error()
    operator.act(ObserveResult("input", method="press", arguments={"key": "Backspace"})).raise_for_error()
    after = operator.snapshot().unwrap()
    assert element(after, "Size").description.startswith('list "Size"') or "Large" in after.text
    assert element(after, "Gift").description == 'checkbox "Gift"'
    assert element(after, "Name").description == 'field "Name" with "a"'


FAILURES = {
    "covered": (("Below", {}), "div covers it"),
    "disabled": (("no", {"text": "x"}), "it takes no text"),
    "option": (("Size", {"value": "Huge"}), 'it has no option "Huge"'),
    "argument": (("Name", {}), "fill needs the argument 'text'"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_cannot_be_done_is_a_failure_with_the_reason(browsing: Session, shop: PageSnapshot, name: str) -> None:
    (words, arguments), message = FAILURES[name]
    done = browsing.browser.operator.act(replace(element(shop, words), arguments=arguments))
    assert (done.success, message in done.message) == (False, True)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (ObserveResult("node=999999", method="click"), "No node"),
        (ObserveResult("#missing", method="click"), "the page has no element '#missing'"),
        (ObserveResult("[", method="click"), "the selector is invalid"),
        (ObserveResult("input", method="teleport"), "there is no method 'teleport'"),
        (ObserveResult("input", method="press", arguments={"key": "Hyper"}), "there is no key 'Hyper'"),
    ],
    ids=lambda value: value.selector if isinstance(value, ObserveResult) else "",
)
def test_a_step_that_names_nothing_is_refused(
    browsing: Session, shop: PageSnapshot, step: ObserveResult, message: str
) -> None:
    done = browsing.browser.operator.act(step)
    assert (done.success, message in done.message) == (False, True)


def test_words_need_a_model(browsing: Session, shop: PageSnapshot) -> None:
    for action in (ActOptions("order"), ObserveResult("", "the button", "click")):
        refused = browsing.browser.operator.act(action)
        assert (refused.success, "needs a model" in refused.error_message) == (False, True)


def test_the_pages_are_listed(browsing: Session, shop: PageSnapshot) -> None:
    tabs = browsing.browser.operator.tabs().unwrap()
    assert [(tab.title, tab.current) for tab in tabs if tab.current] == [("Shop", True)]


def test_a_page_of_three_hundred_rows_is_small(browsing: Session) -> None:
    rows = "".join(f"<tr><td>Row {row}<td><a href=/{row}>Open</a><td><button>Delete</button>" for row in range(300))
    browsing.command.run("mkdir -p rows").raise_for_error()
    browsing.file_system.write_file("rows/page.html", f"<table>{rows}</table>").raise_for_error()
    browsing.browser.operator.navigate("file:///home/wuying/rows/page.html").raise_for_error()
    page = browsing.browser.operator.snapshot().unwrap()
    assert len(page.elements) == 600
    assert len(page.text) < 200_000 // 4


@pytest.mark.parametrize("snapshot", [{}, {"strings": [], "documents": [{}]}, {"strings": 1, "documents": [1]}])
def test_what_is_no_snapshot_is_refused(snapshot: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no snapshot"):
        describe(snapshot)
