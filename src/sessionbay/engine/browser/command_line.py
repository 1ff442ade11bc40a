"""The command line that starts Chromium in a session."""

import shlex
from pathlib import Path

from ..api_errors import ApiError
from ..images import CHROMIUM, Runtime
from .settings import BrowserSettings

DEBIAN = Path("/usr/lib/chromium/chromium")  # which Debian's script of the same name starts
CHROME = Runtime(
    "chrome",
    ("google-chrome", "google-chrome-stable"),
    "browser_type='chrome'",
    "Google's package google-chrome-stable",
)
LOG = "/tmp/chromium.log"
MAX_LIST = 60_000  # bytes of the names of extensions
SWITCHES = (
    "--no-sandbox",  # the session is the boundary: Chromium's own needs the namespaces that sessions may not make
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--hide-crash-restore-bubble",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
)


def find_browser(kind: str) -> str:
    """Return the path of the browser; ``kind`` is ``chrome``, ``chromium``, or empty for either."""
    runtime = CHROME if kind == "chrome" else CHROMIUM
    found = runtime.find()
    if found is None:
        message = f"This machine has no {runtime.name}. Install it: {runtime.install}."
        raise ApiError("DependencyMissing", message)
    return str(DEBIAN) if Path(found).name == "chromium" and DEBIAN.exists() else found


def command_line(program: str, settings: BrowserSettings, profile: str, port: int, *, headless: bool) -> str:
    """Return the shell command that starts the browser with its debugging interface on ``port``."""
    words = shlex.join([program, *_switches(settings, profile, port, headless)])
    return "; ".join(
        [
            # A lock comes with a profile from another session, and would seem to be held: all have one host name.
            f"mkdir -p {shlex.quote(profile)} && rm -f {shlex.quote(profile)}/Singleton*",
            f"found=$({_find_extensions(settings.extension_path)})",
            f'exec {words} ${{found:+--load-extension="$found"}}'
            f" {shlex.quote(settings.default_navigate_url or 'about:blank')} >/dev/null 2>{LOG}",
        ]
    )


def _switches(settings: BrowserSettings, profile: str, port: int, headless: bool) -> list[str]:
    found = [
        *SWITCHES,
        "--headless=new" if headless else "--start-maximized",
        f"--user-data-dir={profile}",
        f"--remote-debugging-port={port}",  # with an automatic one, pages would see ``navigator.webdriver``
        f"--remote-allow-origins=http://localhost:{port}",
    ]
    if settings.use_stealth:
        found.append("--disable-blink-features=AutomationControlled")
    if size := settings.viewport or settings.screen:
        found.append(f"--window-size={size.width},{size.height}")
    if settings.proxy:
        found.append(f"--proxy-server={settings.proxy.server}")
    if settings.fingerprint and settings.fingerprint.locales:
        found.append(f"--lang={settings.fingerprint.locales[0]}")
    return [*found, *settings.cmd_args]


def _find_extensions(folder: str) -> str:
    """Return the command that lists each folder with a manifest, at the depth at which an archive may have it."""
    if not folder:
        return ""
    return f"find {shlex.quote(folder)} -maxdepth 3 -name manifest.json -printf '%h,' 2>/dev/null | head -c {MAX_LIST}"
