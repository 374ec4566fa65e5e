#!/usr/bin/env bash
# The locks: every package with the hashes of all its files (any platform), and not one address or index option.
# UPGRADE=1 takes the newest versions; else what is locked stays where pyproject.toml still allows it.
set -eu
cd "$(dirname "$0")/.."
options=(--quiet --generate-hashes --strip-extras --allow-unsafe --no-header
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host)
[ -n "${UPGRADE:-}" ] && options+=(--upgrade)

compile() { # NAME OPTION…
    tools/step.sh "requirements/$1.txt" .venv/bin/pip-compile "${options[@]}" "${@:2}" --output-file "requirements/$1.txt"
}
compile runtime --build-deps-for editable pyproject.toml
compile dev --extra dev --build-deps-for editable --constraint requirements/runtime.txt pyproject.toml
# Node apart and alone: it is installed only where the machine has none.
.venv/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["node"])' |
    compile node -
if grep -nE '://|^ *--(index|extra-index|find-links|trusted)|^-[if]' requirements/*.txt; then
    echo "A lock holds an address or an index option: see above." >&2
    exit 1
fi
