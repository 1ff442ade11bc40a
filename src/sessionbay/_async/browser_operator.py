"""The browser operator: works with pages by words."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, TypeVar

from .._concurrency._async import call_user_function, shielded
from ..core import validation
from ..core.errors import BrowserError
from ..core.polling import constant_backoff
from ..core.public import public
from ..core.tool import NoArgs, Tool
from ..core.wire_model import Wire
from ..environment import nonce
from ..models.browser import BrowserResult
from ..models.operator import (
    ActOptions,
    ActResult,
    ExtractOptions,
    ExtractResult,
    NavigateResult,
    ObserveListResult,
    ObserveOptions,
    ObserveResult,
    OperatorTaskResult,
    PageScreenshotResult,
    PageSnapshotResult,
    TabListResult,
)
from ..operations import operator as ops, operator_results as results
from .api_client import CallTimeout
from .module import AsyncModule, HasConnection
from .polling import poll_until
from .session_connection import AsyncSessionConnection

P = TypeVar("P", bound=Wire)
Q = TypeVar("Q", bound=ops.PageArgs)
R = TypeVar("R", bound=OperatorTaskResult[Any])
T = TypeVar("T")

POLL_INTERVAL = 3.0  # seconds
CALL_TIMEOUT = 60.0  # seconds of one call, as in the official clients
DETACH_TIMEOUT = 5.0  # seconds
LAST_LOOK_TIMEOUT = 1.0  # seconds of a look for which the start left no time


class _CdpSession(Protocol):
    """A session of the Chrome DevTools Protocol."""

    async def send(self, method: str, /) -> Any:
        """Send a command, and return its result."""
        ...

    async def detach(self) -> None:
        """Detach from the page."""
        ...


class _PageContext(Protocol):
    """The context of a page: an isolated set of pages of one browser."""

    @property
    def browser(self) -> Any:
        """The browser, or None."""
        ...

    async def new_cdp_session(self, page: Any, /) -> _CdpSession:
        """Return a session with a page."""
        ...


class _Page(Protocol):
    """A page of Playwright's, by what is used of it: there is no dependency on Playwright."""

    @property
    def context(self) -> _PageContext:
        """The context of the page."""
        ...


class _BrowserState(Protocol):
    """The browser of a session, as far as the operator needs it."""

    def is_initialized(self) -> bool:
        """Return whether the browser was started."""
        ...


@public
class AsyncBrowserOperator(AsyncModule):
    """Works with the pages of the session's browser by words: the cloud's model finds elements, and acts on them.

    ``session.browser.operator``; AGB's name is ``session.browser.agent``. Start the browser first, by
    ``session.browser.initialize()``: every method but ``close`` raises ``BrowserUsageError`` without it. The local
    engine has no model: there, ``act`` takes elements with a selector, such as those of ``snapshot``, and what needs
    words is refused.

    ``page`` is a page of your own Playwright that is connected to this browser; by default the cloud takes the page
    that has the focus. On AGB every page is sent as one of the first context, as AGB's own client does.

    ``act``, ``observe`` and ``extract`` start a task in the cloud and wait for its end. The clouds have no tool that
    stops such a task: after a timeout or a cancellation it goes on. A failed look at the task is repeated until the
    timeout. A refusal is a result. Every method raises ``BrowserUsageError`` for an invalid argument, before anything
    is sent, and ``BrowserError`` when there is no response.
    """

    def __init__(self, session: AsyncSessionConnection | HasConnection, browser: _BrowserState) -> None:
        super().__init__(session)
        self._browser = browser

    async def navigate(self, url: str) -> NavigateResult:
        """Open a URL in the page that has the focus.

        Args:
            url: The URL with its scheme: http, https, about, chrome, chrome-extension, data or file.

        Returns:
            ``data``, and ``str(result)``, is the cloud's text. A page that could not be loaded is a failed result.

        Example:
            ```python
            if await session.browser.initialize():
                print(await session.browser.operator.navigate("data:text/html,<h1>Hello</h1>"))
            ```
        """
        self._require_browser()
        args = ops.UrlArgs(url=ops.checked_url(url))
        return await self._connection.call_tool(ops.NAVIGATE, args, CallTimeout(CALL_TIMEOUT))

    async def screenshot(
        self,
        page: _Page | None = None,
        full_page: bool = True,
        quality: int = 80,
        clip: Mapping[str, float] | None = None,
        timeout: int | None = None,
    ) -> PageScreenshotResult:
        """Take a screenshot of a page.

        Args:
            page: The page; the one that has the focus by default.
            full_page: Whether the picture shows all of the page, not only the part in view.
            quality: The quality of a JPEG picture, 0 to 100.
            clip: The part of the page to show: ``x``, ``y``, ``width`` and ``height`` in pixels.
            timeout: The time limit of the picture. The cloud's unit is undocumented: AgentBay's client says seconds,
                AGB's milliseconds.

        Returns:
            ``data`` is the picture, ``mime_type`` its format, and ``str(result)`` its data URL.

        Example:
            ```python
            if await session.browser.initialize():
                shot = await session.browser.operator.screenshot(full_page=False)
                print(shot.format, shot.width, shot.height)
            ```
        """
        self._require_browser()
        args = await self._aim(ops.screenshot_args(full_page, quality, clip, timeout), page)
        return await self._connection.call_tool(ops.SCREENSHOT, args, CallTimeout(CALL_TIMEOUT))

    async def tabs(self) -> TabListResult:
        """List the open pages. The local engine has this; a cloud refuses it: use your own Playwright there.

        Returns:
            ``data`` holds the pages, with their ids, titles and URLs.

        Example:
            ```python
            if await session.browser.initialize():
                for tab in (await session.browser.operator.tabs()).unwrap():
                    print(tab.title, tab.url)
            ```
        """
        self._require_browser()
        return await self._connection.call_tool(ops.TABS, NoArgs(), CallTimeout(CALL_TIMEOUT))

    async def snapshot(self, page: _Page | None = None) -> PageSnapshotResult:
        """Describe a page by text, with the elements that can be acted on: what a model needs to choose one.

        The local engine has this; a cloud refuses it: use the ``aria_snapshot`` of your own Playwright there.

        Args:
            page: The page; the one that has the focus by default.

        Returns:
            ``data`` is the page as text, and its elements, each of which ``act`` takes.

        Example:
            ```python
            if await session.browser.initialize():
                page = (await session.browser.operator.snapshot()).unwrap()
                print(page.text, len(page.elements))
            ```
        """
        self._require_browser()
        args = await self._aim(ops.PageArgs(), page)
        return await self._connection.call_tool(ops.SNAPSHOT, args, CallTimeout(CALL_TIMEOUT))

    async def act(
        self,
        action_input: ActOptions | ObserveResult,
        page: _Page | None = None,
        *,
        poll_interval: float = POLL_INTERVAL,
    ) -> ActResult:
        """Act on a page, and wait for the end of the action.

        Args:
            action_input: The action in words, or an element that ``observe`` found, with what to do with it.
            page: The page; the one that has the focus by default.
            poll_interval: Seconds between two looks at the task.

        Returns:
            ``message`` is what was done, as text, and ``steps`` the single steps. On failure, ``message`` is the
            reason. ``timed_out`` after the timeout of the options, or 300 seconds.

        Example:
            ```python
            if await session.browser.initialize():
                done = await session.browser.operator.act(ActOptions("accept the cookies", timeout=60))
                print(done.success, done.message)
            ```
        """
        self._require_browser()
        args = ops.act_args(action_input, self._connection.api.dialect, nonce())
        result = await self._run(ops.ACT, args, page, ops.wait_timeout(action_input), poll_interval)
        return self._connection.api.raise_if_strict(result)

    async def observe(
        self, options: ObserveOptions, page: _Page | None = None, *, poll_interval: float = POLL_INTERVAL
    ) -> ObserveListResult:
        """Find elements of a page by a description.

        AgentBay starts a task. AGB answers in one call, of at most 60 seconds.

        Args:
            options: What to find.
            page: The page; the one that has the focus by default.
            poll_interval: Seconds between two looks at the task.

        Returns:
            ``elements``, each of which ``act`` takes. The result unpacks as ``(success, elements)``. ``timed_out``
            after the timeout of the options, or 300 seconds.

        Example:
            ```python
            if await session.browser.initialize():
                ok, found = await session.browser.operator.observe(ObserveOptions("the links of the menu"))
                if ok and found:
                    print(await session.browser.operator.act(found[0]))
            ```
        """
        self._require_browser()
        args, timeout = ops.observe_args(options, self._connection.api.dialect, nonce()), ops.wait_timeout(options)
        if args.trace_id is None:
            result = await self._observe_at_once(args, page, timeout)
        else:
            result = await self._run(ops.OBSERVE, args, page, timeout, poll_interval)
        return self._connection.api.raise_if_strict(result)

    async def extract(
        self, options: ExtractOptions[T], page: _Page | None = None, *, poll_interval: float = POLL_INTERVAL
    ) -> ExtractResult[T]:
        """Extract data from a page.

        Args:
            options: What to extract, and the shape of the data.
            page: The page; the one that has the focus by default.
            poll_interval: Seconds between two looks at the task.

        Returns:
            ``data`` is an instance of the class of the options, or plain data if they have a JSON Schema. The result
            unpacks as ``(success, data)``. It is a failure if the data does not fit the class; ``text`` is then the
            data as it came. ``timed_out`` after the timeout of the options, or 300 seconds.

        Example:
            ```python
            from pydantic import BaseModel

            class Product(BaseModel):
                name: str
                price: float

            if await session.browser.initialize():
                extracted = await session.browser.operator.extract(ExtractOptions("the product", Product))
                if extracted:
                    print(extracted.data.name, extracted.data.price)
            ```
        """
        self._require_browser()
        args = ops.extract_args(options, self._connection.api.dialect, nonce())
        result = await self._run(ops.EXTRACT, args, page, ops.wait_timeout(options), poll_interval)
        return self._connection.api.raise_if_strict(results.fit(result, options))

    async def login(self, login_config: str, page: _Page | None = None, use_vision: bool | None = False) -> ActResult:
        """Sign in to the site of a page, with a login that the cloud keeps. AgentBay only.

        Args:
            login_config: A JSON object, as text, with the ``api_key`` and the ``skill_id`` of the login. It is a
                secret: no error and no repr shows it.
            page: The page; the one that has the focus by default.
            use_vision: Whether the model also looks at a picture of the page.

        Returns:
            ``message`` is the cloud's text; on failure, the reason.

        Example:
            ```python
            if await session.browser.initialize():
                config = '{"api_key": "key", "skill_id": "skill"}'
                print((await session.browser.operator.login(config)).message)
            ```
        """
        self._require_browser()
        args = await self._aim(ops.login_args(login_config, use_vision), page)
        return await self._connection.call_tool(ops.LOGIN, args, CallTimeout(CALL_TIMEOUT))

    async def close(self) -> BrowserResult:
        """Close the operator's session with the browser. By AgentBay's reference, that ends the operator's browser.

        Returns:
            Whether it was closed.

        Example:
            ```python
            closed = await session.browser.operator.close()
            print(closed.success, closed.error_message)
            ```
        """
        return await self._connection.call_tool(ops.CLOSE, NoArgs(), CallTimeout(CALL_TIMEOUT))

    # AGB's names.
    navigate_async = navigate
    screenshot_async = screenshot
    act_async = act
    observe_async = observe
    extract_async = extract
    close_async = close

    def _require_browser(self) -> None:
        if not self._browser.is_initialized():
            raise BrowserError.usage("the browser is not initialized: call session.browser.initialize() first")

    async def _aim(self, args: Q, page: _Page | None) -> Q:
        """Return the arguments with the page in them."""
        if page is None:
            return args
        try:
            page_id, context_id = await _find_page(page)
        except Exception as exc:
            message = f"page must be an open page of Playwright's, of this client's kind: {exc}"
            raise BrowserError.usage(message) from exc
        if not self._connection.api.dialect.traces_tasks:  # AGB's own client sends 0 for every context
            context_id = 0
        return args.model_copy(update={"page_id": page_id, "context_id": context_id})

    async def _run(self, task: ops.Task[Q, R], args: Q, page: _Page | None, timeout: float, poll_interval: float) -> R:
        """Start a task, and wait for its end. A refusal is returned even to a strict client."""
        interval = validation.seconds("poll_interval", poll_interval, BrowserError)
        clock = self._connection.api.clock
        args = await self._aim(args, page)
        deadline = clock.monotonic() + timeout
        started = await self._call(task.start, args, timeout)
        if not started.success:
            return started
        look = partial(self._call, task.poll, ops.TaskArgs(task_id=started.task_id))
        intervals = constant_backoff(interval)
        outcome = await poll_until(look, results.evaluate, clock=clock, deadline=deadline, intervals=intervals)
        return results.ended(started, outcome, timeout)

    async def _observe_at_once(self, args: ops.ObserveArgs, page: _Page | None, timeout: float) -> ObserveListResult:
        """Observe by AGB's tool, which returns when it is done."""
        try:
            return await self._call(ops.OBSERVE_AT_ONCE, await self._aim(args, page), timeout)
        except BrowserError as exc:
            if exc.kind != "timeout":
                raise
            return ObserveListResult(timed_out=True, outcome_unknown=True, error_message=str(exc))

    async def _call(self, tool: Tool[P, R], args: P, remaining: float | None) -> R:
        """Call a tool within the remaining time. A refusal is returned even to a strict client."""
        timeout = CallTimeout(min(CALL_TIMEOUT, remaining or LAST_LOOK_TIMEOUT))
        return await self._connection.call_tool(tool, args, timeout, strict=False)


async def _find_page(page: _Page) -> tuple[str, int]:
    """Return the CDP target id of a page, and the index of its context in the browser."""
    context = page.context
    cdp = await call_user_function(context.new_cdp_session(page))
    try:
        target: str = (await cdp.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    finally:
        with suppress(Exception):  # the page may just have been closed
            await shielded(cdp.detach, DETACH_TIMEOUT)
    contexts: list[Any] = context.browser.contexts if context.browser else []
    return target, contexts.index(context) if context in contexts else 0
