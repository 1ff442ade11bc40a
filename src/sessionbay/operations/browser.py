"""The browser: its start, its link, its end, its notifications."""

import re
from dataclasses import field
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field
from pydantic.alias_generators import to_snake

from ..core import validation
from ..core.encoding import TEXT_ASCII
from ..core.errors import BrowserError
from ..core.operation import Operation, Route
from ..core.result import Result
from ..core.secrets import Secret
from ..core.tool import NoArgs, Tool, parse_done
from ..core.wire_model import TextWire
from ..dialects.base import Dialect
from ..models.browser import BrowserInitResult, BrowserNotifyMessage, BrowserResult
from ..models.browser_option import BrowserOption
from .frames import CLIENT, Frame
from .links import LinkAnswer
from .session import SessionRef

SERVER = "wuying_cdp_mcp_server"
TAKEOVER_DONE = 199

LOAD_PAGE = """
async ([whole, limit]) => {
  const end = performance.now() + limit, place = [scrollX, scrollY];
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const frame = () => Promise.race([new Promise((done) => requestAnimationFrame(() => setTimeout(done))), pause(100)]);
  const isVisible = ({top, bottom}) => bottom > 0 && top < innerHeight;
  const scroll = (left, top) => scrollTo({left, top, behavior: "instant"});
  for (const image of document.querySelectorAll("img[data-src]")) image.src ||= image.dataset.src;
  for (const part of document.querySelectorAll("[data-bg]"))
    part.style.backgroundImage ||= `url(${JSON.stringify(part.dataset.bg)})`;
  if (whole) {
    for (const image of document.images) image.loading = "eager";
    const height = () => document.documentElement.scrollHeight, most = Math.max(height(), 10000);
    for (let y = 0; y < Math.min(height(), most) && performance.now() < end; y += innerHeight) {
      scroll(0, y);
      await frame();
    }
    scroll(...place);
    await frame();
  }
  const images = [...document.images].filter((one) => whole || isVisible(one.getBoundingClientRect()));
  const loaded = Promise.allSettled(images.map((image) => image.complete || image.decode()));
  await Promise.race([loaded, pause(Math.max(end - performance.now(), 0))]);
}
"""
"""Loads what a page loads when it is seen: its visible part, or all of it (``whole``), within ``limit`` milliseconds.

It scrolls through the page frame by frame, and back; an endless page grows to about 10,000 pixels. Images are waited
for, not a fixed time.
"""

_USER_INFO = re.compile(r"//([^/@\s]*)@")


class InitRequest(SessionRef):
    """``persistent_path`` is the folder of the browser's profile."""

    persistent_path: str
    browser_option: Annotated[dict[str, Any], TEXT_ASCII] = Field(repr=False)


class InitAnswer(TextWire):
    port: int


class CdpLinkResult(Result[str], error=BrowserError):
    """The URL of the browser's debugging interface, which grants access: the repr omits it."""

    data: str | None = field(default=None, repr=False)


INIT = Operation(
    action="InitBrowser",
    agb=Route("POST", "/browser/init"),
    request=InitRequest,
    answer=InitAnswer,
    result=BrowserInitResult,
    fields=lambda answer: {"data": answer.port},
    idempotent=True,
)
GET_CDP_LINK = Operation(
    action="GetCdpLink",
    agb=Route("POST", "/internet/getCdpLink"),
    request=SessionRef,
    answer=LinkAnswer,
    result=CdpLinkResult,
    fields=lambda answer: {"data": answer.url},
    idempotent=True,
)
STOP = Tool(
    name="stopChrome",
    server=SERVER,
    about="Stop the browser.",
    args=NoArgs,
    result=BrowserResult,
    read=parse_done,
)


def init_request(
    session_id: str, option: BrowserOption, dialect: Dialect, *, simulate: bool | None, record: bool | None
) -> InitRequest:
    """Return the request that starts a browser; raise BrowserUsageError for what the cloud does not have.

    Args:
        session_id: The session.
        option: The caller's option.
        dialect: The cloud.
        simulate: Whether the browser simulates human behaviour; None is the cloud's default.
        record: Whether the session is recorded; None is the console's setting.
    """
    own = option.to_map(fingerprint_folder=dialect.fingerprint_path)
    if lacking := [to_snake(name) for name in dialect.absent_browser_options if own.get(name)]:
        raise BrowserError.usage(f"{dialect.title} has no {', '.join(lacking)} in a BrowserOption: leave it out")
    for proxy in option.proxies or ():
        kinds = dialect.proxy_types
        validation.choice(f"the type of a proxy on {dialect.title}", proxy.proxy_type, kinds, BrowserError)
    given = {"behaviorSimulate": simulate, **own, "enableRecord": record}
    absent = dialect.absent_browser_options
    sent = {name: value for name, value in given.items() if value is not None and name not in absent}
    return InitRequest(session_id=session_id, persistent_path=dialect.profile_path, browser_option=sent)


def secrets_of(option: BrowserOption) -> tuple[Secret, ...]:
    """Return the credentials of an option's proxy, which no error may show."""
    texts = [
        text for proxy in option.proxies or () for text in (proxy.password, *_USER_INFO.findall(proxy.server or ""))
    ]
    return tuple(Secret(text) for text in texts if text)


def secrets_of_link(url: str) -> tuple[Secret, ...]:
    """Return what no error may show of the browser's URL: all of it, and the parts that grant access."""
    parts = urlsplit(url)
    return Secret(url), Secret(parts.path.strip("/")), Secret(parts.query)


def is_notification(frame: Frame) -> bool:
    """Return whether a push from the browser's server is a notification."""
    return not {"type", "code", "action"}.isdisjoint(frame.data)


def notification(call_id: str, message: BrowserNotifyMessage) -> Frame:
    """Return the frame of a message to the browser, whose data is the message itself."""
    return Frame(id=call_id, source=CLIENT, target=SERVER, data=message.to_map())


def takeover_done(notify_id: int) -> BrowserNotifyMessage:
    """Return the message that the user has done what a notification asked for."""
    return BrowserNotifyMessage("call-for-user", notify_id, TAKEOVER_DONE, "user handle done", "takeoverdone")
