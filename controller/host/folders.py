"""Folders that no record survives in: another computer's, or kept alike by programs.

SQLite's write-ahead log needs memory that all its readers share, so that it works on
one computer only; a program that synchronises copies a file in the middle of a write.
Source: sqlite.org, "Write-Ahead Logging"; the kernel's proc(5), mountinfo. The call of
Windows is UNVERIFIED.
"""

import re
import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
ELSEWHERE = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|afs|ncpfs|ceph|lustre|"
    r"fuse\.(sshfs|rclone|glusterfs|davfs2?|ceph|curlftpfs)|davfs2?|glusterfs"
)
# The folder of a synchronising program, with the account's name behind it or not.
SYNCHRONISED = re.compile(
    r"(onedrive|dropbox|nextcloud|owncloud|google ?drive|icloud ?drive|"
    r"mobile documents|pcloud ?drive|seafile)([ (-].*)?",
    re.IGNORECASE,
)
MARK = ".stfolder"  # of Syncthing
DRIVE_REMOTE = 4  # of GetDriveTypeW


def unfit(folder: Path, mounts: Path = MOUNTS) -> str:
    """Say why a record may not be written into a folder, "" for no reason known."""
    place = folder.resolve()
    kind = _remote(place, mounts)
    if kind:
        return f"{folder} is on a network share ({kind})"
    for part in (place, *place.parents):
        if SYNCHRONISED.fullmatch(part.name) or (part / MARK).exists():
            return f"{folder} is kept alike with other computers ({part})"
    return ""


def mounted_as(place: Path, table: str) -> str:
    """Return the type of the file system that holds a place, of a mountinfo's lines."""
    best, kind = -1, ""
    for line in table.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split()
        if not dash or len(fields) < 5 or not after:
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), fields[4]))
        # of two at one place the later one hides the other
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind


def _remote(place: Path, mounts: Path) -> str:
    if sys.platform == "win32":
        import ctypes

        if place.drive.startswith("\\\\"):
            return place.drive
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 # only there is it known
        return place.drive if kernel.GetDriveTypeW(place.anchor) == DRIVE_REMOTE else ""
    try:
        kind = mounted_as(place, mounts.read_text(encoding="utf-8", errors="replace"))
    except OSError:  # another system
        return ""
    return kind if ELSEWHERE.fullmatch(kind) else ""
