"""Files and folders."""

from .files.content import AsyncContents
from .files.transfer import AsyncTransfers
from .files.trees import AsyncTrees
from .files.watching import AsyncWatching


class AsyncFileSystem(AsyncTrees, AsyncWatching):
    """Reads, writes, finds, moves and watches files of the session. Relative paths start at the user's home.

    A refusal is a result. Every method raises ``FileUsageError`` for a wrong argument, before anything is sent, and
    ``FileError`` when there was no answer.
    """

    # The names that users of both clouds know.
    read, write, edit = AsyncContents.read_file, AsyncContents.write_file, AsyncContents.edit_file
    read_batch = AsyncContents.read_multiple_files
    list = ls = AsyncContents.list_directory
    info = AsyncContents.get_file_info
    search = AsyncContents.search_files
    mkdir = AsyncContents.create_directory
    delete = remove = rm = AsyncContents.delete_file
    move = AsyncContents.move_file
    upload, download = AsyncTransfers.upload_file, AsyncTransfers.download_file
    transfer_path = AsyncTransfers.get_file_transfer_context_path
    watch_dir = AsyncWatching.watch_directory
