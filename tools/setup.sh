#!/usr/bin/env bash
# setup.sh [runtime|dev]: .venv with exactly what the locks say, and the hub itself. Does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."
what=${1:-runtime}
VENV=.venv
stamp=$VENV/.installed-$what

# What an installation depends on: the locks, the project's description, and where both are (the hub is installed in place).
wanted=$(cat "requirements/$what.txt" requirements/node.txt pyproject.toml tools/setup.sh | sha256sum)" $PWD"
if [ -x "$VENV/bin/hub" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

make_venv() {
    local python
    python=$(tools/find_python.sh)
    if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    rm -rf "$VENV"
    tools/step.sh "environment ($("$python" --version 2>&1))" new_venv "$python"
}

# Debian keeps ensurepip in a package of its own; a pip that is already there can do the same.
new_venv() {
    "$1" -m venv "$VENV" && return
    rm -rf "$VENV"
    "$1" -m venv --without-pip "$VENV" && "$1" -m pip --python "$VENV/bin/python" install --quiet pip && return
    rm -rf "$VENV"
    echo "Le module venv manque. · The venv module is missing: apt install python3-venv (Debian, Ubuntu), then again."
    return 1
}
export -f new_venv
export VENV

pip_install() {
    tools/step.sh "$1" "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "${@:2}"
}

# An environment that was moved or copied still names its old place in its programs.
if [ -f "$VENV/pyvenv.cfg" ] && [ -e "$VENV/bin/pip" ] && ! head -1 "$VENV/bin/pip" | grep -qF "$PWD/$VENV/"; then
    rm -rf "$VENV"
fi
make_venv
# Nothing is stamped until everything is in, so an interrupted installation is taken up again.
rm -f "$stamp"
pip_install "locked packages ($what)" --require-hashes -r "requirements/$what.txt"
if ! tools/node.sh --machine; then
    pip_install "Node (this machine has none)" --require-hashes -r requirements/node.txt
fi
# setuptools is among the locked packages: nothing is fetched to build the hub.
pip_install "the hub itself" --no-deps --no-build-isolation -e .
echo "$wanted" >"$stamp"
