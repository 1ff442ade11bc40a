"""Attacks by the options of a browser: each is a part of a command line, and of a shell's line."""

import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sessionbay import BrowserOption, Session
from sessionbay.engine.api_errors import ApiError
from sessionbay.engine.browser import browser, command_line, settings

from ..engine.processes import ENOUGH
from .attack import add, attack
from .scene import Scene, output

OPTIONS = "options of a browser"
BROWSER = ("namespaces", "browser")
PROFILE = "/tmp/other"  # inside a session


def any_switch(scene: Scene) -> None:
    """Take every switch."""
    scene.patch.setattr(settings, "_check_switch", lambda _: None)


def any_words(scene: Scene) -> None:
    """Take every URL, and every folder."""
    scene.patch.setattr(settings, "_check_words", lambda _: None)


def any_proxy(scene: Scene) -> None:
    """Take every proxy."""
    scene.patch.setattr(settings, "_check_proxy", lambda _: None)


def started(session: Session, **option: Any) -> str:
    """Start a browser; return why it did not start, if it was not its options that were refused."""
    result = session.browser.initialize(BrowserOption(**option))
    return "" if result.code == "InvalidBrowserOption" else result.error_message


def with_other_profile(scene: Scene, **option: Any) -> str | None:
    """Start a browser, and look whether it has another profile than that of a context."""
    session = scene.session(image_id="browser_latest")
    started(session, **option)
    return output(session, f"ls -d {PROFILE}/Default 2>/dev/null") or None


@attack(OPTIONS, "switches of the profile, of ports and of origins are the engine's", any_switch, needs=BROWSER)
def switch_of_another_profile(scene: Scene) -> str | None:
    """A switch that puts the profile in another folder than the one that its context stores."""
    return with_other_profile(scene, cmd_args=[f"--user-data-dir={PROFILE}"])


@attack(OPTIONS, "a URL does not begin with a dash, also after blanks", any_words, needs=BROWSER)
def page_that_is_a_switch(scene: Scene) -> str | None:
    """A default page that is a switch after a blank, which Chromium strips."""
    return with_other_profile(scene, default_navigate_url=f" --user-data-dir={PROFILE}")


@attack(OPTIONS, "a switch is compared without its blanks", any_switch, needs=BROWSER)
def switch_of_a_pipe(scene: Scene) -> str | None:
    """A switch that opens the debugging interface on a pipe, with a blank at its end, which Chromium strips."""
    return started(scene.session(image_id="browser_latest"), cmd_args=["--remote-debugging-pipe\t"]) or None


REFUSED = {
    "port": "--remote-debugging-port=9999",
    "address": "--remote-debugging-address=0.0.0.0",
    "origins": "--remote-allow-origins=*",
    "extension": "--load-extension=/tmp",
    "proxy": "--proxy-server=http://localhost:9",
    "end-of-switches": "--",
}


def switching(switch: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        del scene
        return line_of(cmdArgs=[switch])

    return attempt


def line_of(profile: str = "/tmp/profile", **option: Any) -> str | None:
    """Return the shell's line for a browser; None if its options are refused."""
    try:
        return command_line.command_line("true", settings.settings_of(option), profile, 9333, headless=True)
    except ApiError:
        return None


for _name, _switch in REFUSED.items():
    add(
        f"browser-switch-of-{_name}",
        OPTIONS,
        "switches of the profile, of ports and of origins are the engine's",
        switching(_switch),
        any_switch,
        f"The switch `{_switch}`.",
    )


# --- the shell's line


def unquoted(scene: Scene) -> None:
    """Put words into the shell's line as they are."""
    scene.patch.setattr(command_line, "shlex", SimpleNamespace(quote=str, join=" ".join))


def run(scene: Scene, line: str | None) -> list[str]:
    """Run a line in a folder with one file; return the names of what is there then."""
    (scene.folder / "mine").touch()
    if line is not None:
        subprocess.run(["sh", "-c", line], cwd=scene.folder, timeout=ENOUGH, capture_output=True, check=False)
    return sorted(path.name for path in scene.folder.iterdir())


HOSTILE = "x$(touch made)`touch made`"
WORDS: dict[str, dict[str, Any]] = {
    "argument": {"cmdArgs": [f"--a={HOSTILE}"]},
    "page": {"defaultNavigateUrl": HOSTILE},
    "extension": {"extensionPath": f"/tmp/{HOSTILE}"},
    "proxy": {"proxies": [{"type": "custom", "server": HOSTILE}]},
    "locale": {"fingerprint": {"locales": [HOSTILE]}},
    "profile": {"profile": HOSTILE},
}


def injecting(option: dict[str, Any]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        return "a command ran" if "made" in run(scene, line_of(**option)) else None

    return attempt


for _name, _option in WORDS.items():
    add(
        f"shell-command-in-a-browsers-{_name}",
        OPTIONS,
        "each word of the shell's line is quoted",
        injecting(_option),
        unquoted,
        f"A command of the shell's in an option of a browser: its {_name}.",
    )


@attack(OPTIONS, "the folder of extensions is an absolute path", any_words)
def folder_that_is_an_expression(scene: Scene) -> str | None:
    """A folder of extensions that the program that looks for them takes for an order to delete."""
    return None if "mine" in run(scene, line_of(extensionPath="-delete")) else "the files are gone"


@attack(OPTIONS, "a login to a proxy is in no command line: the server has none", any_proxy)
def login_in_the_list_of_processes(scene: Scene) -> str | None:
    """Look for the login to a proxy in the command line, which each program of the session can read."""
    del scene
    proxies = [
        {"type": "custom", "server": "http://localhost:1", "username": "user", "password": "secret"},
        {"type": "custom", "server": "http://user:secret@localhost:1"},
    ]
    lines = (line_of(proxies=[proxy]) for proxy in proxies)
    return next((line for line in lines if line and "secret" in line), None)


# --- who may have a browser


def any_isolation(scene: Scene) -> None:
    """Start browsers in any session."""
    scene.patch.setattr(browser, "check_isolation", lambda _: None)


@attack(OPTIONS, "a browser needs a network of the session's own", any_isolation)
def browser_in_the_machines_network(scene: Scene) -> str | None:
    """Start a browser in a session on the machine's network, where its debugging interface has no password."""
    scene.patch.setattr(browser, "find_browser", lambda _: "")
    scene.patch.setattr(browser, "command_line", lambda *_, **__: "exit 7")
    result = scene.session(scene.started(isolation="process")).browser.initialize(BrowserOption())
    return None if result.code == "IsolationTooWeak" else result.error_message
