"""Who may look into a station's folder (hak akses folder): its owner, and nobody else on the machine.

Keys, book and write-ahead log are looked at before anything is opened. What others can read
is refused, not repaired: whoever had the chance to read it may have done so, and somebody
has to decide what that means. What stands in the files is not known here.
"""

import os
import stat
from pathlib import Path

from ektp_keys.private_file import bad_file

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

#: Files that hold keys or personal data: exactly these names, and what the engine puts beside a book.
_PRIVATE = (
    "station.key", "station.token", "station.db", "station.db-key", "station.db-key.next", "station.db-wal",
    "station.db-shm", "station.db-journal", "station.db-copy", "station.db-copy-journal", "station.db-encrypting",
    "station.db-encrypting-journal",
)  # fmt: skip


def check_folder(folder: Path) -> None:
    """Refuse a station's folder, or a private file in it, that others on this machine can use.

    Raises:
        Refused: BAD_FILE naming the file, its mode, and the command that mends it.
    """
    if os.name != "posix":  # elsewhere the folder's own access list decides
        return
    for path, wanted in ((folder, "700"), *((folder / name, "600") for name in _PRIVATE)):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue
        if mode & _OTHERS:
            shape = f"others on this machine can use it (mode {mode:04o})"
            raise bad_file(path, shape, f"for its owner alone: chmod {wanted} {path}")
