"""What the tests of browsers in sessions need of this machine."""

import pytest

from sessionbay.engine.images import CHROMIUM

needs_browser = pytest.mark.skipif(CHROMIUM.find() is None, reason=f"this machine has no browser: {CHROMIUM.install}")
