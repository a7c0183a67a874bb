# Shared by scripts/demo and scripts/test: a virtual environment that holds the pinned packages. Sourced.
set -euo pipefail
started=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python_command() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is missing. As root: apt-get install -y python3 python3-venv" >&2
    exit 1
}

# install_packages requirements.txt: does nothing when these very requirements are installed already.
install_packages() {
    local wanted stamp=.venv/installed-$1
    wanted=$(sha256sum "$1" | cut -d' ' -f1)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if ! .venv/bin/python -m pip --version > /dev/null 2>&1; then
        local found
        found=$(python_command) || exit 1
        "$found" -m venv --clear .venv || {
            echo "The venv module is missing. As root: apt-get install -y python3-venv" >&2
            exit 1
        }
    fi
    echo "Installing the packages of $1 …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    echo "$wanted" > "$stamp"
}
