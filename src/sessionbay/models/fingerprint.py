"""A browser's fingerprint: what a page can read of a browser and its machine, and the headers of its requests.

The fields have the names of the web's interfaces, as in the official clients and on the wire. Unknown fields are kept.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..core.errors import BrowserError
from ..core.public import public
from ..core.wire_model import first_error
from .strict_model import positional

Number = int | float
Codecs = dict[str, str]


class FingerprintPart(BaseModel):
    """A part of a fingerprint. An invalid value raises a ``ValidationError``."""

    model_config = ConfigDict(
        allow_inf_nan=False, defer_build=True, extra="allow", frozen=True, hide_input_in_errors=True
    )


@public
class ScreenFingerprint(FingerprintPart):
    """The screen and the window, in CSS pixels."""

    availHeight: Number
    availWidth: Number
    availTop: Number
    availLeft: Number
    colorDepth: Number
    height: Number
    pixelDepth: Number
    width: Number
    devicePixelRatio: Number
    pageXOffset: Number
    pageYOffset: Number
    innerHeight: Number
    outerHeight: Number
    outerWidth: Number
    innerWidth: Number
    screenX: Number
    clientWidth: Number
    clientHeight: Number
    hasHDR: bool


@public
class Brand(FingerprintPart):
    """A name and a version of the browser."""

    brand: str = ""
    version: str = ""

    @positional
    def __init__(self, brand: str = "", version: str = "") -> None: ...


@public
class UserAgentData(FingerprintPart):
    """The user agent's client hints."""

    brands: tuple[Brand, ...] = ()
    mobile: bool = False
    platform: str = ""
    architecture: str = ""
    bitness: str = ""
    fullVersionList: tuple[Brand, ...] = ()
    model: str = ""
    platformVersion: str = ""
    uaFullVersion: str = ""


@public
class ExtraProperties(FingerprintPart):
    """Further properties of the navigator."""

    vendorFlavors: tuple[str, ...] = ()
    isBluetoothSupported: bool = False
    globalPrivacyControl: Any = None
    pdfViewerEnabled: bool = True
    installedApps: tuple[Any, ...] = ()


@public
class NavigatorFingerprint(FingerprintPart):
    """The browser and its machine. ``userAgentData`` is None for browsers without client hints."""

    userAgent: str = ""
    userAgentData: UserAgentData | None = None
    doNotTrack: str | None = None
    appCodeName: str = ""
    appName: str = ""
    appVersion: str = ""
    oscpu: str | None = None
    webdriver: bool | str | None = None
    language: str = ""
    languages: tuple[str, ...] = ()
    platform: str = ""
    deviceMemory: Number | None = None
    hardwareConcurrency: Number = 8
    product: str = ""
    productSub: str = ""
    vendor: str = ""
    vendorSub: str = ""
    maxTouchPoints: Number | None = None
    extraProperties: ExtraProperties | None = Field(default_factory=ExtraProperties)


@public
class VideoCard(FingerprintPart):
    """The graphics processor, as WebGL reports it."""

    renderer: str
    vendor: str

    @positional
    def __init__(self, renderer: str, vendor: str) -> None: ...


@public
class Fingerprint(FingerprintPart):
    """What a page can read."""

    screen: ScreenFingerprint
    navigator: NavigatorFingerprint = Field(default_factory=NavigatorFingerprint)
    videoCodecs: Codecs = Field(default_factory=dict[str, str])
    audioCodecs: Codecs = Field(default_factory=dict[str, str])
    pluginsData: dict[str, Any] = Field(default_factory=dict[str, Any])
    battery: dict[str, Any] | None = None
    videoCard: VideoCard = VideoCard("Unknown", "Unknown")
    multimediaDevices: dict[str, Any] | tuple[Any, ...] = ()
    fonts: tuple[str, ...] = ()
    mockWebRTC: bool = False
    slim: bool | None = None


@public
class FingerprintFormat(FingerprintPart):
    """A fingerprint and the headers of a browser, for ``BrowserOption(fingerprint_format=...)``.

    Attributes:
        fingerprint: What a page can read.
        headers: The headers of a request, by lower-case name.
    """

    fingerprint: Fingerprint
    headers: dict[str, str] = Field(default_factory=dict[str, str])

    @positional
    def __init__(self, fingerprint: Fingerprint, headers: Mapping[str, str]) -> None: ...

    @classmethod
    def load(cls, data: Mapping[str, Any] | str) -> Self:
        """Return the fingerprint of a dict, or of JSON text. Unknown fields are kept; null stays null.

        Args:
            data: A dict with the keys ``fingerprint`` and ``headers``, or its JSON text.

        Returns:
            The fingerprint.

        Raises:
            BrowserUsageError: The data is invalid. It is a ``ValueError``.

        Example:
            ```python
            from sessionbay import BrowserUsageError, FingerprintFormat

            try:
                FingerprintFormat.load('{"fingerprint": {}}')
            except BrowserUsageError as error:
                print(error)
            ```
        """
        if not isinstance(data, (str, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]  # for callers without a type checker
            raise BrowserError.usage(f"data must be a dict or JSON text, not {type(data).__name__}")
        try:
            return cls.model_validate(json.loads(data) if isinstance(data, str) else dict(data))
        except ValidationError as exc:
            raise BrowserError.usage(f"Invalid fingerprint: {first_error(exc)}") from exc
        except (ValueError, RecursionError) as exc:
            raise BrowserError.usage(f"Invalid fingerprint: {exc}") from exc

    @classmethod
    def create(
        cls,
        screen: ScreenFingerprint,
        navigator: NavigatorFingerprint,
        video_card: VideoCard,
        headers: Mapping[str, str],
        video_codecs: Mapping[str, str] | None = None,
        audio_codecs: Mapping[str, str] | None = None,
        plugins_data: Mapping[str, Any] | None = None,
        battery: Mapping[str, Any] | None = None,
        multimedia_devices: Mapping[str, Any] | Sequence[Any] | None = None,
        fonts: Sequence[str] | None = None,
        mock_webrtc: bool = False,
        slim: bool | None = None,
    ) -> Self:
        """Return a fingerprint made of its parts.

        Args:
            screen: The screen and the window.
            navigator: The browser and its machine.
            video_card: The graphics processor.
            headers: The headers of a request, by lower-case name.
            video_codecs: Answers of ``canPlayType`` by the name of a format.
            audio_codecs: The same for audio.
            plugins_data: ``plugins`` and ``mimeTypes``.
            battery: ``charging``, ``chargingTime``, ``dischargingTime`` and ``level``.
            multimedia_devices: ``speakers``, ``micros`` and ``webcams``.
            fonts: Names of fonts.
            mock_webrtc: Whether WebRTC is faked.
            slim: Whether only a part of the fingerprint is applied.

        Returns:
            The fingerprint.

        Raises:
            BrowserUsageError: A value is invalid. It is a ``ValueError``.

        Example:
            ```python
            from sessionbay import FingerprintFormat, NavigatorFingerprint, ScreenFingerprint, VideoCard

            numbers = dict.fromkeys(ScreenFingerprint.model_fields, 0) | {"width": 1920, "height": 1080}
            made = FingerprintFormat.create(
                screen=ScreenFingerprint(**numbers),
                navigator=NavigatorFingerprint(userAgent="Mozilla/5.0", languages=("en-GB",)),
                video_card=VideoCard("ANGLE", "Google Inc."),
                headers={"accept-language": "en-GB"},
            )
            print(made.fingerprint.screen.width)
            ```
        """
        parts = {
            "screen": screen,
            "navigator": navigator,
            "videoCodecs": video_codecs or {},
            "audioCodecs": audio_codecs or {},
            "pluginsData": plugins_data or {},
            "battery": battery,
            "videoCard": video_card,
            "multimediaDevices": multimedia_devices or (),
            "fonts": fonts or (),
            "mockWebRTC": mock_webrtc,
            "slim": slim,
        }
        return cls.load({"fingerprint": parts, "headers": headers})

    def to_dict(self) -> dict[str, Any]:
        """Return the fingerprint as plain JSON values.

        Returns:
            A dict that ``load`` takes.

        Example:
            ```python
            from sessionbay import FingerprintFormat, ScreenFingerprint

            screen = dict.fromkeys(ScreenFingerprint.model_fields, 0)
            loaded = FingerprintFormat.load({"fingerprint": {"screen": screen}})
            print(sorted(loaded.to_dict()))
            ```
        """
        return self.model_dump(mode="json")

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the fingerprint as JSON text.

        Args:
            indent: The number of blanks of each level; None is one line.

        Returns:
            The text, which ``load`` takes.

        Example:
            ```python
            from sessionbay import FingerprintFormat, ScreenFingerprint

            screen = dict.fromkeys(ScreenFingerprint.model_fields, 0)
            loaded = FingerprintFormat.load({"fingerprint": {"screen": screen}})
            print(loaded.to_json(indent=None)[:16])
            ```
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)
