# Generated from src/sessionbay/_async/browser.py by scripts/generate_sync.py. Do not edit.
"""The browser of a session."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol, TypeVar, overload

from .._concurrency._sync import call_user_function
from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import AgentBayError, BrowserError, Kind, SessionUsageError
from ..core.polling import exponential_backoff
from ..core.public import public
from ..core.secrets import Secret, without
from ..core.tool import NoArgs
from ..environment import environment
from ..local_files import LocalPath
from ..models.browser import BrowserInitResult, BrowserNotifyMessage, BrowserResult
from ..models.browser_option import BrowserOption
from ..models.files import BinaryFileContentResult, DownloadResult
from ..operations import browser as ops, files as file_tools
from .browser_notifications import BrowserNotifications, Callback
from .browser_operator import BrowserOperator
from .file_system import FileSystem
from .module import Module

B = TypeVar("B")
B_co = TypeVar("B_co", covariant=True)

SIMULATE_VARIABLE = "AGENTBAY_BROWSER_BEHAVIOR_SIMULATE"
START_TIMEOUT = 15.0  # seconds after ``initialize`` in which the browser may not accept connections yet
START_BACKOFF = (0.25, 2.0, 2.0)  # seconds between two attempts to connect: the first, the factor, the maximum
LOAD_TIMEOUT = 5000  # milliseconds for the images of a page
SCREENSHOT_OPTIONS = {"animations": "disabled", "caret": "hide", "scale": "css", "timeout": 60000, "type": "png"}


class _Chromium(Protocol[B_co]):
    """The ``chromium`` of Playwright."""

    def connect_over_cdp(self, *args: Any, **kwargs: Any) -> B_co: ...


class _Playwright(Protocol[B_co]):
    """Playwright, as its ``start()`` returns it."""

    @property
    def chromium(self) -> _Chromium[B_co]: ...


class _Page(Protocol):
    """A page of Playwright."""

    def evaluate(self, *args: Any, **kwargs: Any) -> Any: ...
    def wait_for_load_state(self, *args: Any, **kwargs: Any) -> Any: ...
    def screenshot(self, *args: Any, **kwargs: Any) -> bytes: ...


class _Download(Protocol):
    """A download of Playwright."""

    @property
    def suggested_filename(self) -> str: ...
    def failure(self) -> str | None: ...
    def path(self) -> Any: ...


@public
class Browser(Module):
    """The session's browser: Chromium or Chrome, driven by Playwright, or by anything else that speaks CDP.

    Every method raises ``BrowserUsageError`` for an invalid argument, before anything is sent, and ``BrowserError``
    when there is no response. The local engine starts the Chromium of this machine.

    Attributes:
        endpoint_router_port: The port of the browser's debugging interface in the session; None before ``initialize``.

    Example:
        ```python
        started = session.browser.initialize()
        if started:
            print(session.browser.get_endpoint_url())
        ```
    """

    endpoint_router_port: int | None = None
    _option: BrowserOption | None = None  # of the running browser
    _started_at = 0.0

    @cached_property
    def operator(self) -> BrowserOperator:
        """Acts on pages by instructions in plain language."""
        return BrowserOperator(self._connection, self)

    @property
    def agent(self) -> BrowserOperator:
        """``operator``; the clouds' older name for it."""
        return self.operator

    def initialize(self, option: BrowserOption | None = None) -> BrowserInitResult:
        """Start the browser.

        If this object has started it already, nothing is sent and ``option`` is ignored: ``destroy`` it first. The
        cloud itself keeps a browser that runs, so another process may call this to use the same browser.

        Args:
            option: How to start it; the defaults of ``BrowserOption`` if None.

        Returns:
            Whether the browser runs; ``port`` is that of its debugging interface. A refusal has the cloud's reason in
            ``error_message``.

        Raises:
            BrowserUsageError: An option is invalid, or the cloud does not have it; nothing was sent.

        Example:
            ```python
            started = session.browser.initialize(BrowserOption(use_stealth=True))
            print(started.success, started.error_message)
            ```
        """
        if self._option is not None:
            return BrowserInitResult(success=True, data=self.endpoint_router_port)
        validation.instance("option", option, BrowserOption, BrowserError)
        option = option or BrowserOption()
        result = self._connection.send(ops.INIT, self._init_request(option), secrets=ops.secrets_of(option))
        if result.success:
            self._option, self.endpoint_router_port = option, result.port
            self._started_at = self._connection.api.clock.monotonic()
        return self._connection.api.raise_if_strict(result)

    init = initialize_async = initialize  # the latter is AGB's name

    def is_initialized(self) -> bool:
        """Return whether this object has started the browser, and not destroyed it.

        Example:
            ```python
            print(session.browser.is_initialized())
            ```
        """
        return self._option is not None

    def get_option(self) -> BrowserOption | None:
        """Return the option that the browser was started with; None before ``initialize``.

        Example:
            ```python
            print(session.browser.get_option())
            ```
        """
        return self._option

    def get_endpoint_url(self) -> str:
        """Return the URL of the browser's debugging interface (CDP), for Playwright, puppeteer or browser-use.

        The cloud is asked each time: a URL may expire. It grants access: treat it as a secret.

        Returns:
            The URL, ``wss://...``.

        Raises:
            BrowserUsageError: The browser is not initialized; nothing was sent.
            BrowserError: The cloud refuses.

        Example:
            ```python
            if session.browser.initialize():
                print(session.browser.get_endpoint_url())
            ```
        """
        self._raise_if_not_initialized()
        return (self._connection.send(ops.GET_CDP_LINK, self._connection.ref)).unwrap()

    def connect(self, playwright: _Playwright[B], **options: Any) -> B:
        """Connect Playwright to the browser, which is initialized first if it is not yet.

        A browser that was just started may not accept connections yet: for 15 seconds after ``initialize``, a failed
        attempt is repeated.

        Args:
            playwright: Playwright: the object of ``with sync_playwright() as playwright``.
            **options: Arguments of Playwright's ``connect_over_cdp``, e.g. ``timeout`` in milliseconds.

        Returns:
            Playwright's browser. The cloud records and keeps its first context, ``contexts[0]``.

        Raises:
            BrowserError: The cloud refuses, or Playwright cannot connect. The message does not contain the URL.

        Example:
            ```python
            def title(playwright):
                browser = session.browser.connect(playwright)
                return browser.contexts[0].pages[0].title()
            ```
        """
        if not hasattr(playwright, "chromium"):
            hint = "the object of 'with sync_playwright() as playwright'"
            raise BrowserError.usage(f"playwright must be {hint}, not {playwright!r}")
        if self._option is None:
            (self.initialize()).raise_for_error()
        clock, pauses = self._connection.api.clock, exponential_backoff(*START_BACKOFF)
        while True:
            url = self.get_endpoint_url()
            try:
                with _playwright_errors("the connection to the browser", *ops.secrets_of_link(url)):
                    return call_user_function(playwright.chromium.connect_over_cdp(url, **options))
            except BrowserError:
                pause = next(pauses)
                if clock.monotonic() + pause > self._started_at + START_TIMEOUT:
                    raise
            clock.sleep(pause)

    def screenshot(self, page: _Page, full_page: bool = False, **options: Any) -> bytes:
        """Return a picture of a page of Playwright, with the images loaded that it shows.

        Lazy images are loaded, and waited for at most 5 seconds. The viewport is not changed, and the scroll position
        is restored.

        Args:
            page: The page.
            full_page: Whether the picture shows the whole page, not the visible part. The page is scrolled through
                once, for what it loads only then.
            **options: Arguments of the page's ``screenshot``. The defaults are ``animations="disabled"``,
                ``caret="hide"``, ``scale="css"``, ``timeout=60000`` (milliseconds) and ``type="png"``.

        Returns:
            The content of the picture.

        Raises:
            BrowserUsageError: The browser is not initialized, or there is no page.
            BrowserError: Playwright cannot take the picture.

        Example:
            ```python
            def picture(page):
                return session.browser.screenshot(page, full_page=True)
            ```
        """
        self._raise_if_not_initialized()
        _raise_unless_playwright("page", page, "screenshot")
        given = {**SCREENSHOT_OPTIONS, "full_page": full_page, **options}
        limit = min(LOAD_TIMEOUT, given["timeout"] or LOAD_TIMEOUT)
        with _playwright_errors("the screenshot"):
            call_user_function(page.wait_for_load_state("domcontentloaded", timeout=given["timeout"]))
            page.evaluate(ops.LOAD_PAGE, [full_page, limit])
            return page.screenshot(**given)

    @overload
    def download(self, download: _Download, path: None = None) -> BinaryFileContentResult: ...
    @overload
    def download(self, download: _Download, path: LocalPath) -> DownloadResult: ...
    def download(self, download: _Download, path: LocalPath | None = None) -> BinaryFileContentResult | DownloadResult:
        """Fetch the file of a download of Playwright, once it is complete.

        The file lies in the session, where the browser runs: Playwright's ``path()`` and ``save_as()`` look for it on
        this machine.

        Args:
            download: The download, of a browser of this session.
            path: Where to save it on this machine, as ``file_system.download_file`` does; by default it is returned.

        Returns:
            ``content`` is the file; with a path, ``local_path`` and ``bytes_received`` of the saved file.

        Raises:
            BrowserError: The download failed, or its file is not in this session: it is of another browser.

        Example:
            ```python
            def report(page):
                with page.expect_download() as waiting:
                    page.click("#report")
                return (session.browser.download(waiting.value)).content
            ```
        """
        remote = self._find_download(download)
        files = FileSystem(self._connection)
        return files.read_file(remote, format="bytes") if path is None else files.download_file(remote, path)

    def destroy(self) -> BrowserResult:
        """Stop the browser. Afterwards ``initialize`` starts a new one.

        Returns:
            Whether the browser was stopped. After a refusal, too, ``initialize`` sends its request again.

        Raises:
            BrowserUsageError: The browser is not initialized; nothing was sent.

        Example:
            ```python
            if session.browser.initialize():
                print((session.browser.destroy()).success)
            ```
        """
        self._raise_if_not_initialized()
        result = self._connection.call_tool(ops.STOP, NoArgs(), strict=False)
        self._option = self.endpoint_router_port = None
        return self._connection.api.raise_if_strict(result)

    def register_callback(self, callback: Callback) -> BrowserResult:
        """Call a function with each notification of the browser. AgentBay only.

        Browsers with ``call_for_user``, ``solve_captchas`` or ``auto_login`` notify of captchas and logins. The
        function replaces a registered one. It is called with one notification after the other, in a task (in the sync
        twin: in a thread), and may be a coroutine function. It may use the session, e.g. ``send_takeover_done``. Its
        exceptions are logged. A lost connection is opened again.

        Args:
            callback: Called with a ``BrowserNotifyMessage``.

        Returns:
            A success.

        Raises:
            BrowserUsageError: The function cannot be called, the session has no WebSocket, or the cloud has no
                notifications; nothing was sent.
            BrowserError: The session's WebSocket cannot be opened.

        Example:
            ```python
            session.browser.register_callback(lambda message: print(message.code, message.action))
            session.browser.unregister_callback()
            ```
        """
        self._raise_if_silent()
        if not callable(callback):
            raise BrowserError.usage(f"callback must be a function, not {callback!r}")
        self._notifications.register(callback)
        return BrowserResult(success=True, data=True)

    def unregister_callback(self) -> BrowserResult:
        """Call the registered function no more. The session's WebSocket stays open for its other users.

        Returns:
            A success, also if no function is registered.

        Example:
            ```python
            session.browser.unregister_callback()
            ```
        """
        self._notifications.unregister()
        return BrowserResult(success=True, data=True)

    def send_notify_message(self, notify_message: BrowserNotifyMessage) -> BrowserResult:
        """Send a message to the browser. AgentBay only.

        Args:
            notify_message: The message.

        Returns:
            A success: the message was sent. The cloud does not acknowledge messages.

        Raises:
            BrowserUsageError: The message is invalid, or see ``register_callback``; nothing was sent.
            BrowserError: The message could not be sent.

        Example:
            ```python
            message = BrowserNotifyMessage(type="call-for-user", id=3, code=0, message="hello", action="none")
            print((session.browser.send_notify_message(message)).success)
            ```
        """
        self._raise_if_silent()
        validation.instance("notify_message", notify_message, BrowserNotifyMessage, BrowserError, required=True)
        validation.json_object("notify_message", notify_message.to_map(), BrowserError)
        self._notifications.send(notify_message)
        return BrowserResult(success=True, data=True)

    def send_takeover_done(self, notify_id: int) -> BrowserResult:
        """Report to the browser that the user has done what a notification asked for. AgentBay only.

        Without it the browser continues after the notification's ``max_wait_time``.

        Args:
            notify_id: The ``id`` of the notification, whose ``action`` was ``takeover``.

        Returns:
            A success, see ``send_notify_message``.

        Example:
            ```python
            print((session.browser.send_takeover_done(3)).success)
            ```
        """
        validation.count("notify_id", notify_id, BrowserError, least=0)
        return self.send_notify_message(ops.takeover_done(notify_id))

    @cached_property
    def _notifications(self) -> BrowserNotifications:
        return BrowserNotifications(self._connection)

    def _raise_if_not_initialized(self) -> None:
        if self._option is None:
            raise BrowserError.usage("the browser is not initialized: call session.browser.initialize() first")

    def _init_request(self, option: BrowserOption) -> ops.InitRequest:
        simulate = environment().get(SIMULATE_VARIABLE)
        return ops.init_request(
            self._connection.session_id,
            option,
            self._connection.api.dialect,
            simulate=simulate != "0" if simulate else None,
            record=self._connection.records_browser,
        )

    def _find_download(self, download: _Download) -> str:
        """Return the path of a download in the session."""
        _raise_unless_playwright("download", download, "failure")
        with _playwright_errors("the download"):
            failure = call_user_function(download.failure())
            remote = "" if failure else download.path()
        name = f"the download {download.suggested_filename!r}"
        if failure:
            raise BrowserError(f"{name} failed: {failure}")
        args = file_tools.PathArgs.of(remote)
        info = self._connection.call_tool(file_tools.INFO, args, strict=False)
        if not info.success:
            hint = ": it may be of another browser" if info.code == ErrorCode.NOT_FOUND else ""
            message = f"{name} cannot be read in session {self._connection.session_id}{hint}: {info.error_message}"
            raise BrowserError.of("refused", message, code=info.code, request_id=info.request_id)
        return args.path

    def _raise_if_silent(self) -> None:
        dialect = self._connection.api.dialect
        if not dialect.notifies:
            hint = "read the console messages of the page, such as 'wuying-call-for-user'"
            raise BrowserError.usage(f"{dialect.title} has no notifications of the browser: {hint}")


def _raise_unless_playwright(name: str, value: object, method: str) -> None:
    """Raise BrowserUsageError if an object has not the method of Playwright's."""
    if not hasattr(value, method):
        raise BrowserError.usage(f"{name} must be a {name} of Playwright, not {value!r}")


@contextmanager
def _playwright_errors(what: str, *secrets: Secret) -> Generator[None]:
    """Raise BrowserError in place of Playwright's exceptions; one that may show a secret is not kept as the cause."""
    try:
        yield
    except SessionUsageError as exc:  # the object is of the other Playwright
        raise BrowserError.usage(f"{what} needs the objects of sync_playwright(): {exc}") from exc
    except (AgentBayError, AttributeError, TypeError):  # ours, and mistakes of the caller
        raise
    except Exception as exc:
        message = f"{what}: {without(str(exc), *secrets)}"
        kind: Kind = "timeout" if type(exc).__name__ == "TimeoutError" else "refused"
        error = BrowserError.of(kind, message)
        if secrets:
            raise error from None
        raise error from exc
