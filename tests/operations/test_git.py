"""What of git's ways is known here: the folder that a clone gets."""

import pytest

from sessionbay.operations.git import clone_folder


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("https://git.example/team/repo.git", "repo"),
        ("https://git.example/team/repo/", "repo"),
        ("https://git.example/team/repo.git/", "repo"),
        ("git@git.example:repo.git", "repo"),
        ("/srv/repo/.git", "repo"),
        ("/srv/repo/.git/", "repo"),
        ("/srv/my%20repo", "my repo"),
        ("../repo", "repo"),
    ],
)
def test_a_clone_has_the_folder_that_git_would_give_it(url: str, folder: str) -> None:
    assert clone_folder(url) == folder
