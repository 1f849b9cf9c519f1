"""A folder of pages served to this machine's browsers, which follow as soon as another folder takes its place.

Only a preview is served so: the script that watches for the next version, and the words above a page that failed, are
added to each page here and are no part of a report.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from agenda.errors import Unavailable

VERSION = "/.version"
_SCRIPT = """<script>
setInterval(async () => {
  const answer = await fetch("%s").catch(() => null)
  if (answer && (await answer.text()) !== "%d") location.reload()
}, 500)
</script>"""
_FAILED = '<pre role="alert" style="margin:0;padding:1rem;white-space:pre-wrap;background:#a23a2a;color:#fff">{}</pre>'


@dataclass
class Shown:
    """What is served now. ``version`` changes with every change, also of what is said above the pages."""

    folder: Path | None = None
    said: str = ""
    version: int = 0

    def becomes(self, folder: Path) -> None:
        self.folder, self.said = folder, ""
        self.version += 1

    def fails(self, said: str) -> None:
        self.said = said
        self.version += 1


@contextlib.contextmanager
def page_server(shown: Shown, port: int) -> Iterator[str]:
    """Serves ``shown`` while the block runs; gives the address of its first page. Raises `Unavailable`."""

    class Handler(_Handler):
        def __init__(self, *arguments: Any) -> None:
            self.shown = shown
            super().__init__(*arguments, directory=str(shown.folder))

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise Unavailable(f"port {port} of this machine can't be served on: {error.strerror}") from error
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    shown: Shown

    def do_GET(self) -> None:
        # A page of anybody's could have its own name lead here and read the draft: only these names are ours.
        assert isinstance(self.server, ThreadingHTTPServer)
        port = self.server.server_port
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == VERSION:
            self._answer(str(self.shown.version).encode(), "text/plain")
        else:
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if path.suffix == ".html" and path.is_file():
                self._answer(self._watched(path.read_text(encoding="utf-8")).encode(), "text/html; charset=utf-8")
            elif path.is_file():
                super().do_GET()
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

    def _watched(self, page: str) -> str:
        failed = _FAILED.format(escape(self.shown.said)) if self.shown.said else ""
        script = _SCRIPT % (VERSION, self.shown.version)
        page = re.sub("<body[^>]*>", lambda body: body[0] + failed, page, count=1)
        return page.replace("</body>", f"{script}</body>", 1)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """A preview's requests are nobody's news."""
