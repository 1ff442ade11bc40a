"""The public surface: pinned name by name, and the same in both twins."""

import inspect
from typing import Any

import pytest

import sessionbay
from sessionbay import testing
from sessionbay._async import (
    beta_network,
    browser,
    clouds,
    code,
    code_stream,
    command,
    computer,
    context_service,
    env,
    extensions,
    file_system,
    fingerprint,
    git,
    map,
    oss,
    pool,
    process,
    pty,
    pty_handle,
    session,
    session_context,
    skills,
)
from sessionbay._async.files import watch
from sessionbay._async.screen import applications, keyboard, mouse, screen, windows
from sessionbay._sync import (
    beta_network as sync_beta_network,
    browser as sync_browser,
    clouds as sync_clouds,
    code as sync_code,
    code_stream as sync_code_stream,
    command as sync_command,
    computer as sync_computer,
    context_service as sync_contexts,
    env as sync_env,
    extensions as sync_extensions,
    file_system as sync_file_system,
    fingerprint as sync_fingerprint,
    git as sync_git,
    map as sync_mapping,
    oss as sync_oss,
    pool as sync_pool,
    process as sync_process,
    pty as sync_pty,
    pty_handle as sync_pty_handle,
    session as sync_session,
    session_context as sync_context,
    skills as sync_skills,
)
from sessionbay._sync.files import watch as sync_watch
from sessionbay._sync.screen import (
    applications as sync_applications,
    keyboard as sync_keyboard,
    mouse as sync_mouse,
    screen as sync_screen,
    windows as sync_windows,
)

from .public_names import METHODS, NAMES, TESTING

TWINS = [
    (clouds.AsyncAgentBay, sync_clouds.AgentBay),
    (clouds.AsyncAGB, sync_clouds.AGB),
    (session.AsyncSession, sync_session.Session),
    (browser.AsyncBrowser, sync_browser.Browser),
    (skills.AsyncSkills, sync_skills.Skills),
    (fingerprint.AsyncBrowserFingerprintGenerator, sync_fingerprint.BrowserFingerprintGenerator),
    (extensions.AsyncExtensionsService, sync_extensions.ExtensionsService),
    (beta_network.AsyncBetaNetwork, sync_beta_network.BetaNetwork),
    (code.AsyncCode, sync_code.Code),
    (code_stream.AsyncCodeStream, sync_code_stream.CodeStream),
    (applications.AsyncApplications, sync_applications.Applications),
    (command.AsyncCommand, sync_command.Command),
    (computer.AsyncComputer, sync_computer.Computer),
    (keyboard.AsyncKeyboard, sync_keyboard.Keyboard),
    (mouse.AsyncMouse, sync_mouse.Mouse),
    (screen.AsyncScreen, sync_screen.Screen),
    (windows.AsyncWindows, sync_windows.Windows),
    (session_context.AsyncSessionContext, sync_context.SessionContext),
    (context_service.AsyncContextService, sync_contexts.ContextService),
    (env.AsyncEnv, sync_env.Env),
    (file_system.AsyncFileSystem, sync_file_system.FileSystem),
    (git.AsyncGit, sync_git.Git),
    (map.AsyncMap, sync_mapping.Map),
    (oss.AsyncOss, sync_oss.Oss),
    (process.AsyncProcess, sync_process.Process),
    (pty.AsyncPty, sync_pty.Pty),
    (pty_handle.AsyncPtyHandle, sync_pty_handle.PtyHandle),
    (pool.AsyncSessionPool, sync_pool.SessionPool),
    (watch.AsyncWatch, sync_watch.Watch),
    (testing.AsyncFaultTransport, testing.FaultTransport),
]
PLAIN = {"aclose": "close", "handle_async_request": "handle_request"}


def public(cls: type) -> dict[str, Any]:
    """Return the public attributes of a class, and what makes and closes its objects."""
    kept = ("__init__", "aclose", "close")
    return {name: value for name, value in inspect.getmembers(cls) if not name.startswith("_") or name in kept}


def shape(function: Any) -> list[tuple[str, Any, Any]]:
    """Return names, kinds and defaults of a function's parameters, in order."""
    return [(name, p.kind, p.default) for name, p in inspect.signature(function).parameters.items()]


def test_the_public_names_are_pinned() -> None:
    assert sessionbay.__all__ == NAMES  # type: ignore[attr-defined]  # made when it is asked for


@pytest.mark.parametrize("name", ["AsyncAgentBay", "Session", "SessionInfo", "get_logger"])
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(sessionbay, name).__name__ == name


def test_the_names_of_the_fault_kit_are_pinned() -> None:
    assert sorted(name for name in vars(testing) if name[0].isalpha()) == TESTING


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'teleport'"):
        _ = sessionbay.teleport  # type: ignore[attr-defined]


@pytest.mark.parametrize(("twin", "other"), TWINS, ids=lambda cls: str(cls.__name__))
def test_both_twins_have_the_same_names(twin: type, other: type) -> None:
    assert {PLAIN.get(name, name) for name in public(twin)} == set(public(other))


@pytest.mark.parametrize(("twin", "other"), TWINS, ids=lambda cls: str(cls.__name__))
def test_the_methods_of_both_twins_take_the_same(twin: type, other: type) -> None:
    for name, method in public(twin).items():
        if inspect.isfunction(method):
            assert shape(method) == shape(public(other)[PLAIN.get(name, name)]), name


@pytest.mark.parametrize(("twin", "other"), TWINS, ids=lambda cls: str(cls.__name__))
def test_no_method_of_the_sync_twin_is_async(twin: type, other: type) -> None:
    assert [name for name, method in public(other).items() if inspect.iscoroutinefunction(method)] == []


@pytest.mark.parametrize("twin", [twin for twin, _ in TWINS], ids=lambda cls: str(cls.__name__))
def test_the_methods_are_pinned(twin: type) -> None:
    assert [name for name in public(twin) if not name.startswith("_")] == METHODS[twin.__name__]
