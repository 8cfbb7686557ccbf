"""The rooms and their doors (docs/architecture.md): who may import whom, and what is imported late."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {
    "app.py": {"ui", "serving"},
    "watch.py": {"ui", "serving"},
    "page_process.py": {"ui", "serving"},
    "command_line.py": {"serving"},
}
MODULES = sorted([*(ROOT / name for name in OUTSIDE), *ROOT.glob("ui/**/*.py"), *ROOT.glob("serving/**/*.py")])
HEAVY = {"torch", "transformers", "onnxruntime", "onnx"}


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imports(path: Path, *, top_level_only: bool = False) -> frozenset[str]:
    """Names of the modules that a file imports."""
    tree = parsed(path)
    nodes = tree.body if top_level_only else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return frozenset(found)


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_rooms_do_not_import_each_other(path):
    room = path.relative_to(ROOT).parts[0]
    allowed = {**OUTSIDE, "ui": {"ui"}, "serving": {"serving"}}[room]
    assert packages(path) & {"app", "ui", "serving", "tests", "benchmarks"} <= allowed


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_page_speaks_http_through_its_two_doors(path):
    """To the summarizer through client.py; to web pages that visitors name through download.py and its two helpers."""
    doors = {"ui/client.py", *(f"ui/fetching/{helper}.py" for helper in ["download", "public_network", "targets"])}
    if path.relative_to(ROOT).parts[0] == "ui" and name(path) not in doors:
        assert not packages(path) & {"requests", "httpx", "httpcore", "urllib", "http", "socket"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("serving/**/*.py")), ids=name)
def test_inside_serving_knowledge_points_inward(path):
    local = path.relative_to(ROOT / "serving")
    known = {found for found in imports(path) if found.startswith("serving")}
    if local.parts[0] == "text":
        assert all(found.startswith("serving.text") for found in known)
        assert not packages(path) & {"ray", "fastapi", "starlette", *HEAVY}
    if local.parts[0] == "engine":
        assert all(found.startswith("serving.engine") for found in known)
        assert not packages(path) & {"ray", "fastapi", "starlette"}
    if local.parts[0] == "t5_onnx":
        assert all(found.startswith(("serving.engine", "serving.t5_onnx")) for found in known)
        assert not packages(path) & {"ray", "fastapi", "starlette", "onnxruntime"}
    if local.name in {"summarizer.py", "gate.py", "service.py", "model_loader.py", "model_files.py", "model_hub.py"}:
        assert not packages(path) & {"ray", "fastapi", "starlette", "gradio"}
    if local.parts[0] not in {"deployment.py", "launch.py", "peers.py", "router.py", "ray_metrics.py", "workers.py"}:
        assert "ray" not in packages(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_heavy_libraries_are_imported_where_they_are_used(path):
    # The engine's and the conversion's own files are themselves imported late, by model_loader.
    allowed = {"engine": {"onnxruntime"}, "t5_onnx": {"onnx"}}.get(path.relative_to(ROOT).parent.name, set())
    top = {found.split(".")[0] for found in imports(path, top_level_only=True)}
    assert not top & (HEAVY - allowed)


def test_starting_imports_are_light():
    code = "import sys, app, serving.service, ui.client; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {*HEAVY, "ray", "gradio", "fastapi"}


def test_gradio_does_not_write_its_type_stubs():
    from gradio import component_meta

    assert component_meta.create_or_modify_pyi.__module__ == "ui"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_files_stay_readable(path):
    """A file beyond this is two things. The engine's are to be read in a row: docs/engine.md has the order."""
    most = 210 if path.relative_to(ROOT).parent.name in {"engine", "t5_onnx"} else 420
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


def test_the_order_to_read_the_engine_in_names_each_of_its_files_once():
    order = re.findall(
        r"`(\w+\.py)`", (ROOT / "docs" / "engine.md").read_text(encoding="utf-8").split("## The cache")[0]
    )
    files = [path for room in ("engine", "t5_onnx") for path in ROOT.glob(f"serving/{room}/*.py")]
    assert sorted(order) == sorted(path.name for path in files if path.name != "__init__.py")
