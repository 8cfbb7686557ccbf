"""The page's room: it talks to the summarizer over HTTP and shares no code with `serving`."""

import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

_STUB_WRITER = "gradio.component_meta"


class _GradioWithoutStubs(SourceFileLoader):
    """Keeps Gradio from writing its own type stubs.

    It parses its source and writes these again at each import, which takes up to half of the import's time, and they
    come with it anyway.
    """

    @staticmethod
    def find_spec(name: str, path: list[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """As the import system asks each of `sys.meta_path`."""
        spec = PathFinder.find_spec(name, path) if name == _STUB_WRITER else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _GradioWithoutStubs(name, spec.loader.path)
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then take its function away."""
        super().exec_module(module)
        module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]


sys.meta_path.insert(0, _GradioWithoutStubs)  # type: ignore[arg-type]
