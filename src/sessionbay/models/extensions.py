"""Extensions of browsers, stored as zip archives in a context."""

from ..core.errors import ContextError
from ..core.public import public
from ..core.result import Delegated, ListResult, Result
from ..core.value import Record

EXTENSIONS_FOLDER = "/tmp/extensions"


@public
class Extension(Record):
    """An extension of a browser.

    Attributes:
        id: The id, which is the name of its archive in the context.
        name: The name of the archive that was uploaded; in lists, the id.
        created_at: A timestamp in the cloud's format; empty where the cloud reports none.
    """

    id: str
    name: str = ""
    created_at: str = ""


@public
class ExtensionResult(Result[Extension], error=ContextError):
    """The result of ``create`` and ``update`` of an ``ExtensionsService``. It has the attributes of the extension."""

    id = Delegated[str]()
    name = Delegated[str]()
    created_at = Delegated[str]()


@public
class ExtensionListResult(ListResult[Extension], error=ContextError):
    """The result of ``list`` of an ``ExtensionsService``. It reads like the list of the extensions."""
