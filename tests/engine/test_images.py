"""Images: what each name of the clouds' is on one machine."""

from pathlib import Path

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine, images
from sessionbay.engine.api_errors import ApiError

from .conftest import client_of

NOT_THERE = images.Runtime("browser", ("no-such-browser",), "browser images", "apt-get install it")


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("linux_latest", "linux"),
        ("code_latest", "code"),
        ("browser_latest", "browser"),
        ("aio-ubuntu-2404", "linux"),
        ("agb-code-space-1", "code"),
        ("agb-code-space-2", "code"),
        ("agb-browser-use-1", "browser"),
        ("agb-computer-use-1", "computer"),
        ("agb-computer-use-ubuntu-2204", "computer"),
        ("imgc-0ab5ta4mn31wth5lh", "linux"),
        ("imgc-mobile", "linux"),
        ("an-image-of-next-year", "linux"),
    ],
)
def test_each_image_of_the_clouds_is_something_here(image: str, kind: str) -> None:
    assert images.kind_of(image) == kind


@pytest.mark.parametrize(
    ("image", "instead"),
    [
        ("mobile_latest", "mobile images"),
        ("mobile-use-android-12-gw", "mobile images"),
        ("agb-mobile-use-1", "mobile images"),
        ("windows_latest", "a Linux image here"),
        ("agb-windows-11", "a Linux image here"),
    ],
)
def test_what_no_linux_machine_can_be_is_refused_with_what_to_use_instead(image: str, instead: str) -> None:
    with pytest.raises(ApiError, match=instead) as refused:
        images.kind_of(image)
    assert (refused.value.code, refused.value.status) == ("ImageNotSupportedLocally", 400)


def test_a_browser_image_without_a_browser_is_refused_with_the_line_that_installs_one() -> None:
    with pytest.raises(ApiError, match="Install one: apt-get install it") as refused:
        images.check("browser_latest", NOT_THERE)
    assert refused.value.code == "DependencyMissing"


def test_other_images_need_no_browser() -> None:
    images.check("code_latest", NOT_THERE)


def test_a_browser_image_is_served_where_there_is_a_browser(tmp_path: Path) -> None:
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    assert images.CHROMIUM.find(str(tmp_path)) == str(tmp_path / "chromium")


def test_a_runtime_is_looked_for_where_sessions_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert images.RUNTIMES[0].find() is not None


def test_the_refusal_of_a_browser_image_reaches_the_caller(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images.Runtime, "find", lambda self: None)
    with client_of(engine) as bay:
        refused = bay.create(image_id="browser_latest")
    assert refused.code == "DependencyMissing"
    assert "apt-get install chromium" in (refused.error_message or "")


def test_a_session_keeps_the_name_of_its_image(engine: LocalEngine) -> None:
    bay: AgentBay
    with client_of(engine) as bay, bay.session(image_id="imgc-0ab5ta4mn31wth5lh") as session:
        assert session.image_id == "imgc-0ab5ta4mn31wth5lh"
