# Generated from src/sessionbay/_async/code.py by scripts/generate_sync.py. Do not edit.
"""Code."""

from typing import ClassVar

from ..core import checks
from ..core.errors import CodeError
from ..models.code import EnhancedCodeExecutionResult
from ..ops.code import RUN_CODE, CodeArgs, language_of
from .channel import Limits
from .module import Module

GRACE = 10.0  # seconds that the answer may take beyond the code's own limit


class Code(Module):
    """Runs code of several languages. What it defines stays for the next run of the same language."""

    _name: ClassVar[str] = "code"

    def run_code(
        self, code: str, language: str, timeout_s: int = 60, *, check: bool = False
    ) -> EnhancedCodeExecutionResult:
        """Run code and return what it showed and wrote.

        Args:
            code: The code.
            language: ``python``, ``javascript``, ``r`` or ``java``, also by their common short names; which of them a
                machine has depends on its image.
            timeout_s: Seconds after which the machine interrupts the code; the clouds document 60 as the most.
            check: Whether to raise when the code raised.

        Returns:
            ``result`` (also ``data``) is the text of the code's value, or what it printed; ``logs`` what it wrote,
            ``results`` what it showed (text, html, markdown, png, svg, latex, json, chart), ``error`` what it raised.

        Raises:
            CodeError: With ``check=True``, when the code raised or could not be run; without an answer, always.
            CodeUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            session.code.run_code("x = 20", "python")
            result = session.code.run_code("x + 1", "python")
            print(result.result)
            ```
        """
        args = CodeArgs(
            code=checks.utf8("code", code, CodeError),
            language=language_of(language),
            timeout_s=checks.count("timeout_s", timeout_s, CodeError),
        )
        limits = Limits(max(self._session._channel.options.timeout, timeout_s + GRACE))
        result = self._session._use(RUN_CODE, args, limits)
        return result.raise_for_error() if check else result

    run = execute = run_code  # the names that users of both clouds know
