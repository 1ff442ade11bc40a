# Generated from src/sessionbay/_async/screen/screenshots.py by scripts/generate_sync.py. Do not edit.
"""Screenshots."""

from ...core.errors import ScreenError
from ...core.tool import NoArgs
from ...models.screen import ScreenshotResult, ScreenshotUrlResult
from ...operations import screen
from ..module import Module
from ..presigned import Presigned


class Screenshots(Module):
    """Takes screenshots.

    The clouds have two tools, each for some sessions only: ``take_screenshot`` uses the one that the session has.
    """

    def take_screenshot(self, format: str = "png") -> ScreenshotResult:
        """Take a screenshot, on every session. The official clients do not have this method.

        A session with a direct link returns the picture. Without one, the cloud stores it, and the client downloads
        it from the presigned URL.

        Args:
            format: ``png``, or ``jpeg`` (also ``jpg``), which needs a direct link.

        Returns:
            ``data`` is the picture as bytes, with ``format``, ``width`` and ``height``; ``save`` writes it to a file,
            and a notebook shows it.

        Raises:
            ScreenUsageError: The format is unknown, or is JPEG and the session has no direct link; nothing was sent.

        Example:
            ```python
            shot = session.computer.take_screenshot()
            print(shot.save("/tmp/screen.png") if shot else shot.error_message)
            ```
        """
        if self._has_link:
            return self.beta_take_screenshot(format)
        if screen.picture_format(format) != "png":
            raise ScreenError.usage(f"format must be 'png' on a session without a direct link, not {format!r}")
        stored = self.screenshot()
        return self._download(stored) if stored else stored.as_failure(ScreenshotResult)

    def screenshot(self) -> ScreenshotUrlResult:
        """Take a screenshot that the cloud stores. For sessions without a direct link.

        Returns:
            ``data``, also ``url`` and the text of the result, is the presigned URL of the picture, a PNG.

        Raises:
            ScreenUsageError: The session has a direct link; nothing was sent.

        Example:
            ```python
            if not session.link_url:
                stored = session.computer.screenshot()
                print(stored.url if stored else stored.error_message)
            ```
        """
        if self._has_link:
            raise ScreenError.usage(
                "screenshot() is for sessions without a direct link, and this one has a link: "
                "use take_screenshot() or beta_take_screenshot()"
            )
        return self._connection.call_tool(screen.SCREENSHOT_URL, NoArgs())

    def beta_take_screenshot(self, format: str = "png") -> ScreenshotResult:
        """Take a screenshot that the session returns. For sessions with a direct link.

        Args:
            format: ``png``, or ``jpeg`` (also ``jpg``).

        Returns:
            ``data`` is the picture as bytes.

        Raises:
            ScreenUsageError: The format is unknown, or the session has no direct link; nothing was sent.
            ScreenError: The answer is not a picture of this format.

        Example:
            ```python
            if session.link_url:
                shot = session.computer.beta_take_screenshot("jpeg")
                print(shot.mime_type, shot.error_message)
            ```
        """
        name = screen.picture_format(format)
        if not self._has_link:
            raise ScreenError.usage(
                "beta_take_screenshot() is for sessions with a direct link, and this one has none: "
                "use take_screenshot() or screenshot()"
            )
        return self._connection.call_tool(screen.picture_tool(screen.SCREENSHOT, name), screen.FormatArgs(format=name))

    @property
    def _has_link(self) -> bool:
        return bool(self._connection.details.link_url)

    def _download(self, stored: ScreenshotUrlResult) -> ScreenshotResult:
        """Download a stored picture."""
        content, api = bytearray(), self._connection.api
        presigned = Presigned(api, ScreenError)
        got = presigned.read(stored.url, "the screenshot", content, screen.MAX_SCREENSHOT_SIZE)
        if not got:
            return api.raise_if_strict(got.as_failure(ScreenshotResult))
        try:
            fields = screen.parse_picture(bytes(content))
        except ValueError as exc:
            message = f"the stored screenshot is invalid: {exc}"
            raise ScreenError.of("invalid_response", message, request_id=stored.request_id) from exc
        return ScreenshotResult(success=True, request_id=stored.request_id, **fields)
