"""``sessionbay doctor``: every question is asked, and every no has its remedy."""

import json
from pathlib import Path

from .conftest import command


def test_the_doctor_asks_about_each_sandbox_each_runtime_and_the_shared_engine() -> None:
    reported = json.loads(command("doctor", "--json").stdout)
    assert {one["group"] for one in reported} >= {"isolation", "limits", "desktop", "runtime", "shared engine"}
    names = {one["name"] for one in reported}
    assert names >= {"namespaces", "process", "memory", "disk", "python", "node", "git", "chromium"}
    assert all(one["fix"] for one in reported if not one["works"] and one["group"] != "shared engine")


def test_the_doctor_is_content_if_namespaces_work() -> None:
    ran = command("doctor", "--json")
    works = {one["name"]: one["works"] for one in json.loads(ran.stdout)}
    assert ran.returncode == (0 if works["namespaces"] else 1)


def test_the_doctor_fails_where_they_do_not_and_says_what_would_mend_it(tmp_path: Path) -> None:
    for name in ("rm", "chmod"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    ran = command("doctor", PATH=str(tmp_path))
    assert ran.returncode == 1
    assert "apt-get install bubblewrap" in ran.stdout


def test_the_doctor_reports_a_file_that_is_not_to_be_trusted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    ran = command("doctor", SESSIONBAY_HOME=str(tmp_path))
    assert "not yours alone" in ran.stdout
