"""Static files with hashed names, ES module imports included; readers' scripts are made small on the way."""

import re
from collections.abc import Iterator
from typing import Any

import minify
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

PATTERN = re.compile(r"\bconst(?= [\[{])")
SHADER = re.compile(r"`(?:#version|\$\{HEAD\})[^`]*`")
BLANKS = re.compile(r"\s*([{};,()=])\s*")


def small(script: str) -> str:
    """The script without comments, blanks and local names.

    The minifier may move `const [a, b] = …` up before what it reads; `let [a, b] = …` stays.
    Shaders, texts to the minifier, lose the blanks about their punctuation.
    """
    made: str = minify.string("text/javascript", PATTERN.sub("let", script))
    return SHADER.sub(lambda shader: BLANKS.sub(r"\1", shader[0]), made)


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped library
    """Rewrites `import … from "./module.js"` to hashed names, so that a reader never mixes two versions."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Works on the collected copies, of which the readers' scripts were made small."""
        if not dry_run:
            for name, (storage, source) in paths.items():
                if name.startswith("reading/") and name.endswith(".js"):
                    self._make_small(name, storage, source)
        yield from super().post_process({name: (self, name) for name in paths}, dry_run, **options)

    def file_hash(self, name: str, content: Any = None) -> str | None:
        """Eight of the twelve digits: names stand in the scripts that import them, and are paid for there."""
        digits: str | None = super().file_hash(name, content)
        return digits and digits[:8]

    def _make_small(self, name: str, storage: Any, source: str) -> None:
        with storage.open(source) as file:  # a copy may be small already
            script = small(file.read().decode())
        self.delete(name)
        self._save(name, ContentFile(script.encode()))
