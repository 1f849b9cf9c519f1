"""A store in a folder: links and renames are its conditional writes, and the kernel's lock lets swaps wait."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from agenda.errors import Unavailable
from agenda.store.protocol import Stored, checked_key, is_listed


class FolderStore:
    """A store in a folder. Symlinks that lie in it are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.url = self.path.as_uri()

    def local(self, key: str) -> Path:
        """Where ``key`` lies on the disk."""
        return self.path / checked_key(key)

    def get(self, key: str) -> bytes:
        return self._got(key)[0]

    def get_version(self, key: str, version: str) -> bytes | None:
        content, found = self._got(key)
        return content if found == version else None

    def _got(self, key: str) -> tuple[bytes, str]:
        """The bytes, and the version the file had once they were read: whoever writes meanwhile moves its time."""
        with self._explained(key):
            try:
                handle = os.open(self.local(key), os.O_RDONLY | os.O_NOFOLLOW)
                with open(handle, "rb") as stream:
                    return stream.read(), _file_version(os.fstat(handle))
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise KeyError(key) from error

    def put(self, key: str, content: bytes) -> None:
        with self._explained(key), self._temporary(key, content) as temporary:
            os.replace(temporary, self.local(key))

    def put_new(self, key: str, content: bytes) -> bool:
        with self._explained(key), self._temporary(key, content) as temporary:
            try:
                os.link(temporary, self.local(key))  # unlike a rename, a link never replaces
            except FileExistsError:
                return False
            return True

    def read(self, key: str) -> tuple[bytes, str] | None:
        try:
            content = self.get(key)
        except KeyError:
            return None
        return content, hashlib.sha256(content).hexdigest()

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        if tag is None:
            return self.put_new(key, content)
        with self._alone(key):
            current = self.read(key)
            if current is None or current[1] != tag:
                return False
            self.put(key, content)
            return True

    def list(self, prefix: str) -> Iterator[Stored]:
        found = []
        for directory, _, names in os.walk(self.path / prefix.rpartition("/")[0]):
            for name in names:
                path = Path(directory, name)
                key = path.relative_to(self.path).as_posix()
                if key.startswith(prefix) and is_listed(key):
                    found.append((key, path))
        for key, path in sorted(found):
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):  # neither a link nor a pipe that would never end
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield Stored(key, status.st_size, _file_version(status), modified)

    def exists(self, key: str) -> bool:
        return self.local(key).is_file()

    def delete(self, key: str) -> None:
        with self._explained(key), contextlib.suppress(FileNotFoundError):
            self.local(key).unlink()

    def alias(self, name: str, target: str, files: Sequence[str]) -> None:
        if (link := self.local(name)).is_dir() and not link.is_symlink():
            raise Unavailable(f"{link} is a folder where a link belongs (was it copied here?); move it away, run again")
        temporary = link.with_name(f".new-{secrets.token_hex(8)}")
        with self._explained(name):
            link.parent.mkdir(parents=True, exist_ok=True)
            temporary.symlink_to(os.path.relpath(self.local(target), link.parent))
            try:
                os.replace(temporary, link)
            finally:
                temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Keeps other swaps in this folder waiting; the kernel lets go when the process ends, however it ends."""
        with self._explained(key):
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)

    @contextlib.contextmanager
    def _temporary(self, key: str, content: bytes) -> Iterator[str]:
        """The bytes in a file of its own, in the folder that the key lies in; gone afterwards, if it wasn't renamed."""
        folder = self.local(key).parent
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{folder}/.new-{secrets.token_hex(8)}"
        try:
            with open(name, "xb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), 0o644)
            yield name
        finally:
            Path(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(f"{self.path / key}: {error.strerror or error}") from error


def _file_version(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}-{status.st_size}"
