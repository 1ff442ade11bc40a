"""Links and anchors of the README and the documentation: each leads somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest

from .pages import PAGES, ROOT, name

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z]+:")


@cache
def text(page: Path) -> str:
    """Return a page without its blocks of code."""
    return FENCED.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings: lower case, no punctuation, hyphens for blanks, numbers for repeats."""
    found: list[str] = []
    for heading in HEADING.findall(text(page)):
        words = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return set(found)


def problem(page: Path, link: str) -> str:
    """Return what is wrong with a link, empty when it leads somewhere."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return f"{link}: there is no such file"
    if not target.is_relative_to(ROOT):
        return f"{link}: it leads out of the repository"
    return f"{link}: there is no such heading" if anchor and anchor not in anchors(target) else ""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(text(page)) if not ELSEWHERE.match(link)]
    assert [found for link in links if (found := problem(page, link))] == []


def test_every_page_is_linked_from_an_index() -> None:
    indexes = [ROOT / "docs" / "README.md", ROOT / "docs" / "decisions" / "README.md"]
    linked = {
        (index.parent / link.partition("#")[0]).resolve() for index in indexes for link in LINK.findall(text(index))
    }
    pages = [page for page in PAGES if page.is_relative_to(ROOT / "docs")]
    assert [name(page) for page in pages if page not in {*linked, *indexes}] == []
