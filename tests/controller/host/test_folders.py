"""Folders that a record cannot live in are refused by name, before anything is on."""

from pathlib import Path

import pytest

from controller.host.folders import mounted_as, unfit
from tests.controller.rig import CONFIGS
from tests.controller.served import amf

TABLE = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:45 / /mnt/lab\040share rw,nosuid shared:9 master:2 - cifs //server/lab rw
41 22 0:46 / /mnt/nfs rw - nfs4 server:/home rw
42 41 8:2 / /mnt/nfs/local rw - xfs /dev/sdb1 rw
43 22 0:50 / /mnt/twice rw - ext4 /dev/sdc1 rw
44 43 0:51 / /mnt/twice rw - fuse.sshfs lab@server: rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/data/runs", "ext4"),
        ("/mnt/lab share/runs", "cifs"),
        ("/mnt/lab", "ext4"),
        ("/mnt/nfs/a/b", "nfs4"),
        ("/mnt/nfs/local/runs", "xfs"),
        ("/mnt/twice/runs", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_tells_the_file_system(folder: str, kind: str) -> None:
    assert mounted_as(Path(folder), TABLE) == kind


@pytest.mark.parametrize("kind", ["nfs4", "smb3", "fuse.sshfs", "ext4", "tmpfs"])
def test_a_network_share_is_refused(tmp_path: Path, kind: str) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"22 1 0:1 / / rw - {kind} device rw\n", "utf-8")
    said = unfit(tmp_path, table)
    assert bool(said) is (kind not in ("ext4", "tmpfs"))
    assert not said or said.endswith(f"is on a network share ({kind})")


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("OneDrive - Institute", False),
        ("Dropbox", False),
        ("Google Drive", False),
        ("GoogleDrive", False),
        ("Nextcloud", False),
        ("runs", True),
        ("dropboxes", True),
    ],
)
def test_a_synchronised_folder_is_refused(
    tmp_path: Path, name: str, fits: bool
) -> None:
    folder = tmp_path / name / "runs"
    folder.mkdir(parents=True)
    assert (unfit(folder) == "") is fits
    (tmp_path / ".stfolder").mkdir()
    assert unfit(folder)


def test_a_run_is_refused_there_with_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "Dropbox" / "runs"
    done = amf("run", CONFIGS / "dry_run_short.toml", "--out", out)
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "is kept alike with other computers" in said and "choose another" in said
    assert not out.exists()
