"""The script that writes the generated pages, loaded as a module, and every page there is."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """`docs/generate.py`; pytest's `pythonpath` lets it find the modules beside it."""
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """The text of every page, by its path from the root; the README too, where there is one."""
    files = [*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("README.md")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}
