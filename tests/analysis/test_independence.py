"""The package stands alone: no Django, no application code, and little to load before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import analysis

ROOT = Path(__file__).parents[2]
BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'django', 'readerstudy', 'studies', 'viewer', 'rest_framework'}:
            raise ImportError('blocked: ' + name)
sys.meta_path.insert(0, Block())
import importlib, pkgutil, analysis
for module in pkgutil.walk_packages(analysis.__path__, 'analysis.'):
    if module.name != 'analysis.__main__':
        importlib.import_module(module.name)
for name in analysis.__all__:
    assert not isinstance(getattr(analysis, name), type(sys)), f'{name} is hidden by a module of its name'
table = analysis.read_csv('tests/analysis/data/VanDyke.csv')
analysis.mrmc(table)
analysis.correlate_with_years({'1': .5, '2': .7, '3': .6}, {'1': 1, '2': 2, '3': 3})
assert not any(name.split('.')[0] == 'django' for name in sys.modules)
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_analysis_works_where_django_cannot_be_imported() -> None:
    done = python(BLOCKED)
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_loads_no_numerics() -> None:
    done = python(
        "import analysis, sys; print([n for n in ('numpy', 'scipy', 'pandas') if n in sys.modules])"
    )
    assert done.stdout.strip() == "[]"


def test_an_analysis_loads_neither_scipy_stats_nor_statsmodels() -> None:
    code = """
import analysis, sys
analysis.mrmc(analysis.read_csv('tests/analysis/data/VanDyke.csv'))
print([n for n in ('scipy.stats', 'statsmodels', 'pandas') if n in sys.modules])
"""
    assert python(code).stdout.strip() == "[]"


def test_every_public_name_is_documented() -> None:
    for name in analysis.__all__:
        assert (getattr(analysis, name).__doc__ or "").strip(), name
