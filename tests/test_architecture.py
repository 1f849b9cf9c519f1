"""The rules of the house that a reader can't see from one file; CONTRIBUTING.md says why they are there."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[1]
ROOMS = ("agenda", "sources", "reports", "flows")
MAY_IMPORT = {
    "agenda": {"agenda"},
    "sources": {"sources", "agenda"},
    "reports": {"reports", "agenda"},
    "flows": {"flows", "sources", "reports", "agenda"},
}
REPORTS = ("quarter", "disclosure", "pictures", "data", "telling", "rendering", "cards", "editions")
"""The corridors of `reports`: each imports itself and those before it."""
ONLY_IN = {"prefect": "flows", "dlt": "sources", "pandera": "sources"}
LONGEST = 400
"""Lines of the longest module: what a person can hold in mind; the best code we know keeps half of this."""


@dataclass(frozen=True)
class Module:
    """One Python module of a room: its dotted name, its syntax tree and what it imports at any depth."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.split(".")[0]

    @property
    def imports(self) -> set[str]:
        """Dotted names of everything imported, ``if TYPE_CHECKING`` and functions included."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}: write the whole name instead of a relative import"
                found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        return found


@cache
def modules() -> tuple[Module, ...]:
    paths = [path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py"))]
    return tuple(
        Module(path, ".".join(path.relative_to(REPOSITORY).with_suffix("").parts), ast.parse(path.read_text("utf-8")))
        for path in paths
    )


def test_rooms_import_downwards_only() -> None:
    wrong = [
        f"{module.name} imports {imported}"
        for module in modules()
        for imported in module.imports
        if (room := imported.split(".")[0]) in (*ROOMS, "tests", "infra", "examples")
        and room not in MAY_IMPORT[module.room]
    ]
    assert wrong == []


def test_corridors_of_the_reports_import_upwards_only() -> None:
    def place(name: str) -> int:
        room, corridor = [*name.split("."), ""][:2]
        return REPORTS.index(corridor) if room == "reports" and corridor in REPORTS else -1

    assert {path.parent.name for path in (REPOSITORY / "reports").glob("*/__init__.py")} == set(REPORTS)
    wrong = [
        f"{module.name} imports {imported}"
        for module in modules()
        for imported in module.imports
        if 0 <= place(module.name) < place(imported)
    ]
    assert wrong == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_room(library: str) -> None:
    wrong = [
        module.name
        for module in modules()
        if module.room != ONLY_IN[library] and library in {imported.split(".")[0] for imported in module.imports}
    ]
    assert wrong == [], f"{library} belongs to {ONLY_IN[library]}/ alone"


def test_one_module_reads_the_environment() -> None:
    def reads(node: ast.AST) -> bool:
        reading = {"environ", "environb", "getenv", "expandvars"}
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            return any(alias.name in reading for alias in node.names)
        return isinstance(node, ast.Attribute) and node.attr in reading

    found = {module.name for module in modules() for node in ast.walk(module.tree) if reads(node)}
    assert found == {"agenda.settings"}


def test_no_import_goes_in_a_circle() -> None:
    names = {module.name.removesuffix(".__init__") for module in modules()}
    graph = {module.name.removesuffix(".__init__"): sorted(module.imports & names) for module in modules()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a circle: {' -> '.join((*trail[trail.index(name) :], name))}"
        if name not in done:
            for imported in graph[name]:
                visit(imported, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_modules_are_short_and_say_what_they_are_for() -> None:
    long = {m.name: count for m in modules() if (count := len(m.path.read_text("utf-8").splitlines())) > LONGEST}
    assert long == {}
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


# -- what must not be committed -----------------------------------------------------------------------


def committed() -> Iterator[tuple[str, str]]:
    """Path and text of every file that git has or would take; what is not UTF-8 text is passed over."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in sorted(listed.stdout.decode().split("\0")):
        path = REPOSITORY / name
        if name and path.is_file():
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def test_no_address_of_a_registry_and_no_path_of_one_machine() -> None:
    """A checkout works against whatever mirror a machine is set up for, and from any folder."""
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
    paths = ("/" + "root/", "/" + "work/", "/" + "home/")
    wrong = [
        f"{name}: {text}"
        for name, content in committed()
        for text in (*hosts, *paths)
        if re.search(rf"(?<![\w.-]){re.escape(text)}" if text in paths else re.escape(text), content)
    ]
    assert wrong == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Every dependency is pinned, with hashes, to a version that pyproject.toml allows; no addresses, no options."""
    lock = (REPOSITORY / "requirements.lock").read_text("utf-8")
    assert not re.search(r"^\s*-(?!-hash=sha256:)", lock, re.MULTILINE)
    assert "://" not in lock
    entries = re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;]+)[^\n]*\\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.MULTILINE
    )
    assert len(entries) == len(re.findall(r"^\S", lock, re.MULTILINE)), "every entry is a pin followed by its hashes"
    pins = {_plain(name): version for name, version, _ in entries}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    for text in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[_plain(wanted.name)]), text


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
