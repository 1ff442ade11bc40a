"""Fingerprints of a browser on this machine."""

from functools import partial
from typing import Any

from .._concurrency._async import playwright, run_in_thread
from .._http.loopback_page import loopback_page
from ..core import validation
from ..core.errors import AgentBayError, BrowserError
from ..core.public import public
from ..local_files import LocalPath, local_file, write_atomically
from ..models.fingerprint import FingerprintFormat
from ..operations.fingerprint import SCRIPT, select_headers

INSTALL = "install it by 'pip install playwright', and a browser by 'playwright install chrome'"


@public
class AsyncBrowserFingerprintGenerator:
    """Reads the fingerprint of a browser on this machine, for the browser of a session.

    It needs Playwright, which is not a dependency of this package. The browser requests an empty page from a server on
    the loopback, which records the headers, and a script in that page reads the values. Nothing is sent to another
    host. A failure raises ``BrowserError`` with the reason.

    Args:
        headless: Whether the browser has no window. Sites can tell such a browser by its fingerprint.
        use_chrome_channel: Whether to start Google Chrome in place of Playwright's Chromium.

    Example:
        ```python
        try:
            fingerprint = await AsyncBrowserFingerprintGenerator(headless=True).generate_fingerprint()
            print(fingerprint.headers.keys())
        except BrowserError as error:
            print(error)
        ```
    """

    def __init__(self, headless: bool = False, use_chrome_channel: bool = True) -> None:
        self.headless = headless
        self.use_chrome_channel = use_chrome_channel

    async def generate_fingerprint(self) -> FingerprintFormat:
        """Start the browser, read its fingerprint, and close it.

        Returns:
            The fingerprint itself.

        Raises:
            BrowserError: Playwright or the browser is missing, or the values could not be read.

        Example:
            ```python
            try:
                fingerprint = await AsyncBrowserFingerprintGenerator().generate_fingerprint()
                print(fingerprint.fingerprint.navigator.userAgent)
            except BrowserError as error:
                print(error)
            ```
        """
        try:
            async with playwright() as driver:
                return await self._read(driver)
        except AgentBayError:
            raise
        except ImportError as exc:
            raise BrowserError(f"fingerprints need Playwright on this machine: {INSTALL}") from exc
        except Exception as exc:
            raise BrowserError(f"the fingerprint could not be read: {exc}") from exc

    async def generate_fingerprint_to_file(
        self, output_filename: LocalPath = "fingerprint_output.json"
    ) -> FingerprintFormat:
        """Read a fingerprint, and write it to a file as JSON. The file is written completely, or not at all.

        Args:
            output_filename: The path on this machine.

        Returns:
            The fingerprint, which ``FingerprintFormat.load`` reads from the file's text.

        Raises:
            BrowserError: Playwright or the browser is missing, or the values could not be read.
            OSError: The file could not be written.

        Example:
            ```python
            try:
                await AsyncBrowserFingerprintGenerator().generate_fingerprint_to_file("fingerprint.json")
            except BrowserError as error:
                print(error)
            ```
        """
        path = local_file(validation.path("output_filename", output_filename, BrowserError, file=True))
        fingerprint = await self.generate_fingerprint()
        await run_in_thread(partial(write_atomically, path, fingerprint.to_json().encode()))
        return fingerprint

    async def _read(self, driver: Any) -> FingerprintFormat:
        channel = {"channel": "chrome"} if self.use_chrome_channel else {}
        browser = await driver.chromium.launch(headless=self.headless, args=["--start-maximized"], **channel)
        try:
            page = await (await browser.new_context(no_viewport=True)).new_page()
            with loopback_page() as blank:
                await page.goto(blank.url)
                values = await page.evaluate(SCRIPT)
                headers = select_headers(blank.headers)
        finally:
            await browser.close()
        try:
            return FingerprintFormat.load({"fingerprint": values, "headers": headers})
        except BrowserError as exc:
            raise BrowserError.of("invalid_response", str(exc)) from exc
