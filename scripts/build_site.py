"""Build the site into build/site: the documents, and the full API reference from the docstrings.

Zensical renders the pages and mkdocstrings the reference, with an async class and its sync twin as tabs. The build is
strict: a warning fails it, and so does an asset that the browser would load from another host.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from generate_docs import GROUPS, PublicName, public_names
from page import ROOT

BUILD = ROOT / "build"
PAGES, SITE = BUILD / "pages", BUILD / "site"
SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+\.md)\)")
TAG = re.compile(r"<(?:link|script|img|iframe|source|video|audio|use|object|embed)\b[^>]*>", re.IGNORECASE)
ADDRESS = re.compile(r"""(?:src|href|data|srcset)=["']?((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE)
STYLE_ADDRESS = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
DOWNLOAD = re.compile(r"https://(?:unpkg\.com|cdn\.jsdelivr\.net|api\.github\.com)[^\s\"'`]*")
CONFIG = """
[project]
site_name = "sessionbay"
docs_dir = "pages"
site_dir = "site"
use_directory_urls = false
nav = [{nav}]

[project.theme]
font = false
features = ["content.tabs.link", "navigation.sections", "navigation.indexes", "search.highlight"]

[project.extra]
generator = false

[project.markdown_extensions.admonition]
[project.markdown_extensions.tables]
[project.markdown_extensions.toc]
permalink = true
[project.markdown_extensions.pymdownx.highlight]
[project.markdown_extensions.pymdownx.superfences]
[project.markdown_extensions.pymdownx.tabbed]
alternate_style = true

[project.plugins.mkdocstrings.handlers.python]
paths = ["../src"]

[project.plugins.mkdocstrings.handlers.python.options]
docstring_style = "google"
docstring_options = {{ returns_multiple_items = false }}
heading_level = 2
inherited_members = true
members_order = "source"
separate_signature = true
show_root_heading = true
show_root_full_path = false
show_signature_annotations = true
show_source = false
"""


def main() -> None:
    """Write the pages, build the site and check it."""
    shutil.rmtree(BUILD, ignore_errors=True)
    copy_pages()
    for path, text in reference_pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (BUILD / "zensical.toml").write_text(CONFIG.format(nav=", ".join(navigation())), "utf-8")
    subprocess.run([sys.executable, "-m", "zensical", "build", "--clean", "--strict"], cwd=BUILD, check=True)
    remove_optional_downloads()
    if foreign := list(foreign_assets()):
        sys.exit("\n  ".join(["Assets of other hosts:", *foreign]))


def copy_pages() -> None:
    """Copy the documents; links to source files lead to the reference, or become plain text."""
    names = {one.name: one for one in public_names()}
    for source in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*")):
        if source.is_dir():
            continue
        target = PAGES / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix != ".md":
            shutil.copy(source, target)
            continue
        text = re.sub(
            r"\[`(\w+)`\]\((?:\.\./)+src/[^)]*\)", lambda found: api_link(names, found[1]), source.read_text()
        )
        text = re.sub(r"\[([^\]]+)\]\((?:[\w./-]*/)?LICENSE\)", r"\1", text)
        target.write_text(text, "utf-8")


def api_link(names: dict[str, PublicName], name: str) -> str:
    """Return a link from the page of names to the reference of one."""
    one = names[name]
    return f"[`{name}`](api/{page_of(one)}#{one.identifier})"


def page_of(one: PublicName) -> str:
    """Return the page of the reference that describes a name."""
    if one.name in twins():
        return f"{one.name.removeprefix('Async').lower()}.md"
    return f"{one.group.lower().replace(' ', '-')}.md"


def twins() -> set[str]:
    """Return the names of which there are an async and a sync form, both of them."""
    names = {one.name for one in public_names()}
    pairs = {(name, f"Async{name}") for name in names if f"Async{name}" in names}
    return {name for pair in pairs for name in pair}


def reference_pages() -> Iterator[tuple[Path, str]]:
    """Yield the pages of the API reference."""
    names = {one.name: one for one in public_names()}
    folder = PAGES / "docs" / "reference" / "api"
    for name in sorted(twins()):
        if name.startswith("Async"):
            sync = name.removeprefix("Async")
            tabs = (
                f'=== "{title}"\n\n    ::: {names[one].identifier}\n'
                for title, one in (("async", name), ("sync", sync))
            )
            yield folder / page_of(names[name]), f"# {sync}\n\n" + "\n".join(tabs)
    for group in GROUPS:
        members = [one for one in names.values() if one.group == group and one.name not in twins()]
        if members:
            text = "\n\n".join(f"::: {one.identifier}" for one in members)
            yield folder / page_of(members[0]), f"# {group}\n\n{text}\n"


def navigation() -> Iterator[str]:
    """Yield the entries of the navigation in TOML: the sections of docs/README.md, and the API reference."""
    yield '{ "sessionbay" = "README.md" }'
    yield '{ "Documentation" = "docs/README.md" }'
    for title, body in SECTION.findall((ROOT / "docs" / "README.md").read_text("utf-8")):
        links = [(text, Path("docs", path)) for text, path in LINK.findall(body)]
        pages = [f'{{ "{text}" = "{path.as_posix().replace("docs/../", "")}" }}' for text, path in links]
        yield f'{{ "{title}" = [{", ".join(pages)}] }}'
    api = sorted(path.relative_to(PAGES).as_posix() for path in (PAGES / "docs/reference/api").glob("*.md"))
    yield f'{{ "API" = [{", ".join(f"{chr(34)}{path}{chr(34)}" for path in api)}] }}'


def remove_optional_downloads() -> None:
    """Empty the addresses from which the theme's scripts would fetch diagrams, syntax modes and repository facts."""
    for path in SITE.rglob("*.js"):
        path.write_text(DOWNLOAD.sub("", path.read_text("utf-8")), "utf-8")


def foreign_assets() -> Iterator[str]:
    """Yield the assets that the built pages and styles load from other hosts; links that users click are none."""
    for path in sorted(SITE.rglob("*")):
        if path.suffix not in (".html", ".css", ".svg", ".js"):
            continue
        text = path.read_text("utf-8")
        if path.suffix == ".js":
            yield from (f"{path.relative_to(SITE)}: {address}" for address in DOWNLOAD.findall(text))
            continue
        loaded = [address for tag in TAG.findall(text) for address in ADDRESS.findall(tag)]
        styled = [] if path.suffix == ".html" and "<style" not in text else STYLE_ADDRESS.findall(text)
        yield from (f"{path.relative_to(SITE)}: {address}" for address in (*loaded, *styled))


if __name__ == "__main__":
    main()
