"""Static files with hashed names, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped library
    """Rewrites `import … from "./module.js"` to hashed names, so that a reader never mixes two versions."""

    support_js_module_import_aggregation = True
