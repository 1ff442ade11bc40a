"""What the tests of browsers in sessions need of this machine."""

import pytest

from sessionbay.engine.images import CHROMIUM

NO_BROWSER = f"this machine has no browser: {CHROMIUM.install}"
needs_browser = pytest.mark.skipif(CHROMIUM.find() is None, reason=NO_BROWSER)
