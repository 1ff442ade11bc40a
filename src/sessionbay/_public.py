"""The public names. ``import sessionbay`` loads nothing; the first use of a name loads this page."""

from ._async.client import AsyncAGB as AsyncAGB
from ._async.client import AsyncAgentBay as AsyncAgentBay
from ._async.session import AsyncSession as AsyncSession
from ._sync.client import AGB as AGB
from ._sync.client import AgentBay as AgentBay
from ._sync.session import Session as Session
from .core.errors import AgentBayError as AgentBayError
from .core.errors import AgentBayTimeoutError as AgentBayTimeoutError
from .core.errors import AgentBayUsageError as AgentBayUsageError
from .core.errors import CommandError as CommandError
from .core.errors import CommandTimeoutError as CommandTimeoutError
from .core.errors import CommandUsageError as CommandUsageError
from .core.errors import ContextError as ContextError
from .core.errors import ContextTimeoutError as ContextTimeoutError
from .core.errors import ContextUsageError as ContextUsageError
from .core.errors import FileError as FileError
from .core.errors import FileTimeoutError as FileTimeoutError
from .core.errors import FileUsageError as FileUsageError
from .core.errors import SessionError as SessionError
from .core.errors import SessionTimeoutError as SessionTimeoutError
from .core.errors import SessionUsageError as SessionUsageError
