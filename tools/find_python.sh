#!/usr/bin/env bash
# Prints the path of a Python 3.11 or later: $PYTHON, else the first that fits on PATH.
set -u
seen=""
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python python3.14; do
    found=$(command -v "$name") || continue
    if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$found"
        exit 0
    fi
    seen="$seen $("$found" --version 2>&1 | tr ' ' '-') ($found)"
done
{
    echo "Python 3.11 ou plus récent est nécessaire. · Python 3.11 or later is needed."
    echo "  found:${seen:- none}"
    echo "  Debian, Ubuntu: apt install python3 python3-venv    Fedora: dnf install python3.12    macOS: brew install python@3.12"
    echo "  or name one: make setup PYTHON=/path/to/python3.12"
} >&2
exit 1
