# Generated from src/sessionbay/_async/file_system.py by scripts/generate_sync.py. Do not edit.
"""Files and folders."""

from .files.content import Contents
from .files.transfer import Transfers
from .files.trees import Trees
from .files.watching import Watching


class FileSystem(Trees, Watching):
    """Reads, writes, finds, moves and watches files of the session. Relative paths start at the user's home.

    A refusal is a result. Every method raises ``FileUsageError`` for a wrong argument, before anything is sent, and
    ``FileError`` when there was no answer.
    """

    # The names that users of both clouds know.
    read, write, edit = Contents.read_file, Contents.write_file, Contents.edit_file
    read_batch = Contents.read_multiple_files
    list = ls = Contents.list_directory
    info = Contents.get_file_info
    search = Contents.search_files
    mkdir = Contents.create_directory
    delete = remove = rm = Contents.delete_file
    move = Contents.move_file
    upload, download = Transfers.upload_file, Transfers.download_file
    transfer_path = Transfers.get_file_transfer_context_path
    watch_dir = Watching.watch_directory
