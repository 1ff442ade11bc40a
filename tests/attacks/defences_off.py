"""Patches that switch a defence off. They belong to these tests: the product has no such settings."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sessionbay.engine import loopback_middleware, request_body
from sessionbay.engine.sandbox import backends, bwrap
from sessionbay.engine.sandbox.sandbox import Sandbox
from sessionbay.engine.sandbox.spec import Spec

from .scene import Scene

Off = Callable[[Scene], None]


def both(*offs: Callable[[Scene], object]) -> Off:
    """Switch several defences off, where one alone is enough."""

    def off(scene: Scene) -> None:
        for one in offs:
            one(scene)

    return off


def guard_off(scene: Scene) -> None:
    """Let every host, origin and site in."""
    scene.patch.setattr(loopback_middleware.LoopbackMiddleware, "_rejection", lambda *_: None)


def any_token(scene: Scene) -> None:
    """Take every key and token for the right one."""
    everywhere(scene, "constant_time_equal", lambda *_: True)


def everywhere(scene: Scene, name: str, instead: object) -> None:
    """Put something in the place of what ``engine.received`` has, wherever it was imported."""
    real = getattr(request_body, name)
    for module in [module for key, module in sys.modules.items() if key.startswith("sessionbay.engine")]:
        if getattr(module, name, None) is real:
            scene.patch.setattr(module, name, instead)


def words(change: Callable[[list[str]], list[str]]) -> Off:
    """Change how bubblewrap is called."""

    def off(scene: Scene) -> None:
        real = bwrap.arguments
        scene.patch.setattr(bwrap, "arguments", lambda *a, **k: change(real(*a, **k)))

    return off


def without(*flags: str, values: int = 0) -> Off:
    """Leave flags out of the call of bubblewrap, each with its values."""

    def change(argv: list[str]) -> list[str]:
        for flag in flags:
            place = argv.index(flag)
            argv = argv[:place] + argv[place + 1 + values :]
        return argv

    return words(change)


def soft(*names: str) -> Off:
    """Leave parts of the hardening out that the agent takes upon itself."""

    def off(scene: Scene) -> None:
        def spec(*args: Any, **more: Any) -> Spec:
            made = Spec(*args, **more)
            return replace(made, hardening=replace(made.hardening, **dict.fromkeys(names, False)))

        scene.patch.setattr(backends, "Spec", spec)

    return off


def as_engine(scene: Scene) -> None:
    """Run sessions as the engine's own user."""
    scene.patch.setattr(backends, "session_uid", lambda: None)


def agent_with(code: str) -> Off:
    """Run ``code`` inside the agent before it begins, with some of its modules imported."""
    prelude = f"from inside import files, handlers, run, truncated_buffer\n{code}"

    def off(scene: Scene) -> None:
        change_agent(scene, lambda start: start.replace("; from inside", f"; exec({prelude!r}); from inside", 1))

    return off


def change_agent(scene: Scene, change: Callable[[str], str]) -> None:
    """Change the code that an agent starts with."""
    real = Sandbox._agent_command

    def command(self: Sandbox, *args: Any, **more: Any) -> list[str]:
        argv = real(self, *args, **more)
        place = argv.index("-c") + 1
        return [*argv[:place], change(argv[place]), *argv[place + 1 :]]

    scene.patch.setattr(Sandbox, "_agent_command", command)


def spawned(change: Callable[[dict[str, Any]], None]) -> Off:
    """Change how the engine starts a sandbox's first process."""

    def off(scene: Scene) -> None:
        real = subprocess.Popen

        def popen(argv: Sequence[str], **more: Any) -> Any:
            change(more)
            return real(argv, **more)

        scene.patch.setattr(subprocess, "Popen", popen)

    return off
