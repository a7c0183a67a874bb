"""The peers: installed from npm and bundled here, never by the product."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import minify

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
MODULES = HERE / "node_modules"
CORNERSTONE = MODULES / "@cornerstonejs"
DECODE_WORKER = CORNERSTONE / "dicom-image-loader/dist/esm/decodeImageFrameWorker.js"
OPENJPH_WASM = CORNERSTONE / "codec-openjph/dist/openjphjs.wasm"
READING = HERE.parents[1] / "static" / "reading"


class PeerFailed(Exception):
    """A peer could not be made ready; the message says which step and why."""


def run(*command: str) -> None:
    try:
        subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise PeerFailed(f"{command[0]} is not installed; the peers need node and npm.") from error
    except subprocess.CalledProcessError as error:
        reason = next(iter(error.stderr.strip().splitlines()), "it did not say why")
        raise PeerFailed(f"{' '.join(command[:2])} failed: {reason}") from error


def install() -> None:
    """What package-lock.json says, once: npm's own copy of it tells whether it is there already."""
    seen = MODULES / ".package-lock.json"
    if not seen.exists() or seen.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        run("npm", "ci", "--no-audit", "--no-fund")
    BUILD.mkdir(exist_ok=True)
    for source in (HERE / "pages" / "cornerstone.js", DECODE_WORKER):
        bundle(source, BUILD / source.name)


def bundle(source: Path, target: Path) -> None:
    """The codecs ask for node's modules in a branch that a browser never enters: they stay outside."""
    options = (
        "--bundle",
        "--minify",
        "--format=esm",
        "--external:fs",
        "--external:path",
        "--external:module",
    )
    run(str(MODULES / ".bin" / "esbuild"), str(source), *options, f"--outfile={target}", "--log-level=error")


def gzipped(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def served(paths: list[Path]) -> int:
    """As collectstatic leaves them."""
    return sum(
        len(gzip.compress(minify.string("text/javascript", path.read_text()).encode(), 9)) for path in paths
    )


def our_scripts() -> list[Path]:
    """All of the reading page, form and questions too."""
    return sorted(READING.glob("*.js"))


def cornerstone_scripts() -> list[Path]:
    return [BUILD / "cornerstone.js", BUILD / DECODE_WORKER.name]
