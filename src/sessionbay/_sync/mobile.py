# Generated from src/sessionbay/_async/mobile.py by scripts/generate_sync.py. Do not edit.
"""The phone of a session."""

from collections.abc import Sequence

from ..core import validation
from ..core.errors import ScreenError
from ..core.public import public
from ..models.mobile import AdbUrlResult
from ..models.mobile_config import AppManagerRule, MobileConfig
from ..models.screen import BoolResult, ScreenshotResult
from ..operations import mobile as ops
from ..operations.input import MoveArgs, coordinates
from ..operations.screen import picture_tool
from .phone import Phone
from .phone_settings import apply_settings
from .screen.apps import Apps


@public
class Mobile(Phone, Apps):
    """A phone: touch, keys, elements, applications, screenshots, settings and adb. AgentBay only.

    Every method raises ``ScreenUsageError`` for an invalid argument and on AGB, before anything is sent, and
    ``ScreenError`` when there is no response. Without a phone, as on the local engine, a method returns a refusal.
    """

    def tap(self, x: int, y: int) -> BoolResult:
        """Tap the screen.

        Args:
            x: The x coordinate, in pixels from the left.
            y: The y coordinate, in pixels from the top.

        Returns:
            Whether the screen was tapped.

        Example:
            ```python
            tapped = session.mobile.tap(360, 800)
            print(tapped.success)
            ```
        """
        return self._connection.call_tool(ops.TAP, MoveArgs(**coordinates(x=x, y=y)))

    def beta_take_long_screenshot(
        self, max_screens: int = 4, format: str = "png", quality: int | None = None
    ) -> ScreenshotResult:
        """Scroll down, and take one screenshot of all that was shown.

        Args:
            max_screens: The most screens to scroll through, 2 to 10.
            format: ``png``, or ``jpeg`` (also ``jpg``).
            quality: The quality of a JPEG, 1 to 100; the phone's own by default.

        Returns:
            ``data`` is the picture as bytes, with ``format``, ``width`` and ``height``; ``save`` writes it to a file.

        Raises:
            ScreenError: The answer is not a picture of this format.

        Example:
            ```python
            shot = session.mobile.beta_take_long_screenshot(3, "jpeg", quality=80)
            print(shot.save("/tmp/page.jpg") if shot else shot.error_message)
            ```
        """
        args = ops.long_screenshot_args(max_screens, format, quality)
        return self._connection.call_tool(picture_tool(ops.LONG_SCREENSHOT, args.format), args)

    def configure(self, mobile_config: MobileConfig) -> BoolResult:
        """Change settings of the phone. ``create`` does so itself with those of ``extra_configs``.

        Args:
            mobile_config: The settings; those that are None stay as they are. ``simulate_config`` has no effect here.

        Returns:
            Whether all settings were applied. The others are applied if one is refused; ``error_message`` names it.

        Example:
            ```python
            changed = session.mobile.configure(MobileConfig(lock_resolution=True, hide_navigation_bar=True))
            print(changed.success)
            ```
        """
        validation.instance("mobile_config", mobile_config, MobileConfig, ScreenError, required=True)
        api = self._connection.api
        if not (commands := ops.setting_commands(mobile_config, api.clock.time())):
            raise ScreenError.usage("mobile_config must change a setting: all of them are None")
        return api.raise_if_strict(apply_settings(self._connection, commands))

    def set_resolution_lock(self, enable: bool) -> BoolResult:
        """Lock the resolution of the display, or unlock it.

        Args:
            enable: Whether to lock it.

        Returns:
            Whether the setting was applied.

        Example:
            ```python
            locked = session.mobile.set_resolution_lock(True)
            print(locked.success)
            ```
        """
        return self.configure(MobileConfig(validation.boolean("enable", enable, ScreenError)))

    def set_app_whitelist(self, package_names: Sequence[str]) -> BoolResult:
        """Allow only these apps to run.

        Args:
            package_names: The names of their packages, at least one, of letters, digits, dots and underscores.

        Returns:
            Whether the setting was applied.

        Example:
            ```python
            allowed = session.mobile.set_app_whitelist(["com.android.settings"])
            print(allowed.success)
            ```
        """
        names = validation.package_names("package_names", package_names, ScreenError)
        return self.configure(MobileConfig(app_manager_rule=AppManagerRule("White", names)))

    def set_app_blacklist(self, package_names: Sequence[str]) -> BoolResult:
        """Forbid these apps to run.

        Args:
            package_names: The names of their packages, at least one, of letters, digits, dots and underscores.

        Returns:
            Whether the setting was applied.

        Example:
            ```python
            forbidden = session.mobile.set_app_blacklist(["com.android.chrome"])
            print(forbidden.success)
            ```
        """
        names = validation.package_names("package_names", package_names, ScreenError)
        return self.configure(MobileConfig(app_manager_rule=AppManagerRule("Black", names)))

    def set_navigation_bar_visibility(self, hide: bool) -> BoolResult:
        """Hide the navigation bar, or show it. The phone restarts its system interface.

        Args:
            hide: Whether to hide it.

        Returns:
            Whether the setting was applied.

        Example:
            ```python
            hidden = session.mobile.set_navigation_bar_visibility(hide=True)
            print(hidden.success)
            ```
        """
        return self.configure(MobileConfig(hide_navigation_bar=validation.boolean("hide", hide, ScreenError)))

    def set_uninstall_blacklist(self, package_names: Sequence[str]) -> BoolResult:
        """Protect apps from being uninstalled.

        Args:
            package_names: The names of their packages, at least one, of letters, digits, dots and underscores.

        Returns:
            Whether the setting was applied.

        Example:
            ```python
            protected = session.mobile.set_uninstall_blacklist(["com.android.settings"])
            print(protected.success)
            ```
        """
        names = validation.package_names("package_names", package_names, ScreenError)
        return self.configure(MobileConfig(uninstall_blacklist=names))

    def get_adb_url(self, adbkey_pub: str) -> AdbUrlResult:
        """Open the phone to the Android Debug Bridge (adb) of another machine.

        Args:
            adbkey_pub: The public key of that machine's adb, the content of ``~/.android/adbkey.pub``. With another
                key, the phone reports ``unauthorized``.

        Returns:
            ``data``, and ``str(result)``, is the command to run on that machine: ``adb connect IP:PORT``.

        Example:
            ```python
            reached = session.mobile.get_adb_url("QAAAAPUBKEY user@host")
            print(reached if reached else reached.error_message)
            ```
        """
        key = validation.text("adbkey_pub", adbkey_pub, ScreenError)
        request = ops.AdbLinkRequest(session_id=self._connection.session_id, option={"adbkey_pub": key})
        return self._connection.request(ops.GET_ADB_LINK, request)
