# Generated from src/sessionbay/_async/extensions.py by scripts/generate_sync.py. Do not edit.
"""Extensions of browsers."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import BinaryIO

from .._concurrency._sync import run_in_thread
from ..core import validation
from ..core.errors import ContextError
from ..core.public import public
from ..environment import nonce
from ..local_files import LocalPath, local_file, open_extension
from ..models.browser_context import ExtensionOption
from ..models.contexts import Context, ContextOperationResult, ContextResult
from ..models.extensions import EXTENSIONS_FOLDER, Extension, ExtensionListResult, ExtensionResult
from ..operations.contexts import file_ref
from .client import Client
from .presigned import upload

PAGE_SIZE = 100


@public
class ExtensionsService:
    """Stores extensions of browsers in a context, from which new sessions load them.

    The context is found, or created, by the first call. A refused call returns a failed result. Every method raises
    ``ContextUsageError`` for an invalid argument, before anything is sent, and ``ContextError`` when there is no
    response.

    Attributes:
        context_name: The name of the context.
        context_id: Its id; None until the first call.
        auto_created: Whether the name was generated, so that ``cleanup`` deletes the context.

    Example:
        ```python
        service = ExtensionsService(bay, "my-extensions")
        print([extension.id for extension in service.list()])
        ```
    """

    def __init__(self, client: Client, context_id: str = "") -> None:
        """Create a service. Nothing is sent.

        Args:
            client: The client.
            context_id: The **name** of the context, as in the official clients. By default it is generated.
        """
        validation.instance("client", client, Client, ContextError, required=True)
        self._api = client.core.api
        self._contexts = client.context
        self.auto_created = not validation.utf8("context_id", context_id, ContextError).strip()
        generated = f"extensions-{int(client.core.clock.time())}{secrets.randbelow(10**9):09}"
        self.context_name = generated if self.auto_created else context_id
        self.context_id: str | None = None

    def create(self, local_path: LocalPath) -> ExtensionResult:
        """Upload an extension.

        Args:
            local_path: The path of a zip archive on this machine, with ``manifest.json`` at its top level.

        Returns:
            The extension (``data``), with ``id``, ``name`` and ``created_at``.

        Raises:
            ContextUsageError: There is no such file, or it is not the archive of an extension; nothing was sent.

        Example:
            ```python
            from tempfile import TemporaryDirectory
            from zipfile import ZipFile

            service = ExtensionsService(bay, "my-extensions")
            with TemporaryDirectory() as folder:
                with ZipFile(f"{folder}/mine.zip", "w") as archive:
                    archive.writestr("manifest.json", '{"manifest_version": 3, "name": "mine", "version": "1"}')
                created = service.create(f"{folder}/mine.zip")
            print(created.name)
            ```
        """
        with run_in_thread(partial(open_extension, local_path, ContextError)) as file:
            return self._upload(f"ext_{nonce()}.zip", file, local_file(local_path).name)

    def list(self) -> ExtensionListResult:
        """List the extensions of the context.

        Returns:
            The extensions, of all pages.

        Example:
            ```python
            service = ExtensionsService(bay, "my-extensions")
            for extension in service.list():
                print(extension.id, extension.created_at)
            ```
        """
        context = self._find_context()
        if not context.success:
            return context.as_failure(ExtensionListResult)
        found: dict[str, Extension] = {}
        page_number = 1
        while True:
            page = self._contexts.list_files(context.context_id, EXTENSIONS_FOLDER, page_number, PAGE_SIZE)
            if not page.success:
                return page.as_failure(ExtensionListResult)
            seen = len(found)
            found |= {file.file_name: Extension(file.file_name, file.file_name, file.gmt_create) for file in page}
            if len(page) < PAGE_SIZE or len(found) == seen:
                return ExtensionListResult(success=True, data=tuple(found.values()), request_id=page.request_id)
            page_number += 1

    def update(self, extension_id: str, new_local_path: LocalPath) -> ExtensionResult:
        """Replace the archive of an extension.

        Args:
            extension_id: The id.
            new_local_path: The path of the new archive on this machine.

        Returns:
            The extension (``data``).

        Raises:
            ContextUsageError: There is no such extension or file, or the file is not the archive of an extension;
                nothing was replaced.

        Example:
            ```python
            service = ExtensionsService(bay, "my-extensions")
            try:
                service.update("ext_unknown.zip", "mine.zip")
            except ContextUsageError as error:
                print(error)
            ```
        """
        _check_id(extension_id)
        with run_in_thread(partial(open_extension, new_local_path, ContextError)) as file:
            listed = self.list()
            if not listed.success:
                return listed.as_failure(ExtensionResult)
            if extension_id not in {extension.id for extension in listed}:
                raise ContextError.usage(f"{self.context_name} has no extension {extension_id!r}: list() names them")
            return self._upload(extension_id, file, local_file(new_local_path).name)

    def delete(self, extension_id: str) -> ContextOperationResult:
        """Delete an extension.

        Args:
            extension_id: The id.

        Returns:
            Whether the extension was deleted.

        Example:
            ```python
            service = ExtensionsService(bay, "my-extensions")
            print((service.delete("ext_unknown.zip")).success)
            ```
        """
        _check_id(extension_id)
        context = self._find_context()
        if not context.success:
            return context.as_failure(ContextOperationResult)
        return self._contexts.delete_file(context.context_id, f"{EXTENSIONS_FOLDER}/{extension_id}")

    def create_extension_option(self, extension_ids: Sequence[str]) -> ExtensionOption:
        """Return the option with which a ``BrowserContext`` brings extensions into a session.

        Args:
            extension_ids: The ids, at least one.

        Returns:
            The option itself. Whether the context has the extensions is not checked.

        Raises:
            ContextUsageError: An id is invalid, or there is none; nothing was sent.
            ContextError: The context was refused, or there was no response.

        Example:
            ```python
            service = ExtensionsService(bay, "my-extensions")
            option = service.create_extension_option(["ext_1.zip"])
            print(option.extension_ids)
            ```
        """
        for extension_id in validation.texts("extension_ids", extension_ids, ContextError):
            _check_id(extension_id)
        if not extension_ids:
            raise ContextError.usage("extension_ids must not be empty: pass at least one")
        context = (self._find_context()).raise_for_error()
        return ExtensionOption(context.context_id, extension_ids)

    def cleanup(self) -> ContextOperationResult:
        """Delete the context and its extensions, if this service generated its name. Another context is kept.

        Returns:
            Whether there is nothing left to delete.

        Example:
            ```python
            service = ExtensionsService(bay)
            service.list()
            print((service.cleanup()).success)
            ```
        """
        if not self.auto_created or self.context_id is None:
            return ContextOperationResult(success=True, data=True)
        deleted = self._contexts.delete(self.context_id)
        if deleted.success:
            self.context_id = None
        return deleted

    def _find_context(self) -> ContextResult:
        """Return the context, which is created unless it exists."""
        if self.context_id is not None:
            return ContextResult(success=True, data=Context(self.context_id, self.context_name))
        found = self._contexts.get(self.context_name, create=True)
        if found.success:
            self.context_id = found.context_id
        return found

    def _upload(self, extension_id: str, file: BinaryIO, name: str) -> ExtensionResult:
        context = self._find_context()
        if not context.success:
            return context.as_failure(ExtensionResult)
        request = file_ref(context.context_id, f"{EXTENSIONS_FOLDER}/{extension_id}")
        sent = self._api.raise_if_strict(upload(self._api, request, file))
        if not sent.success:
            return sent.as_failure(ExtensionResult)
        return ExtensionResult(success=True, data=Extension(extension_id, name), request_id=sent.request_id)


def _check_id(extension_id: object) -> None:
    """Raise unless an id is the name of a file: a path would lead out of the folder of the extensions."""
    name = validation.text("extension_id", extension_id, ContextError)
    if "/" in name or name in (".", ".."):
        raise ContextError.usage(f"extension_id must be the name of an archive, such as 'ext_1.zip', not {name!r}")
