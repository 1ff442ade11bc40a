"""What the tests of desktops in sessions need of this machine."""

import pytest

from sessionbay.engine.desktop.requirements import unmet_here
from sessionbay.engine.sandbox.programs import interpreters

missing = next((each for each in [unmet_here(next(interpreters()), None)] if each), None)
needs_desktop = pytest.mark.skipif(missing is not None, reason=str(missing) if missing else "")
