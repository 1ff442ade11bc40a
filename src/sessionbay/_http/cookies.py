"""A cookie jar that stays empty."""

import httpx


class _NoCookies(httpx.Cookies):
    """A jar that stores nothing. Neither cloud sets cookies, and extracting them is the costliest part of httpx."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


NO_COOKIES = _NoCookies()
