#!/usr/bin/env bash
# Builds console/ into console/dist when its sources changed. --packages: only what its checks need.
set -eu
cd "$(dirname "$0")/../console" 2>/dev/null || exit 0
[ -f package.json ] || exit 0
step=../tools/step.sh
node=../tools/node.sh

hash_of() { # of the contents of the files named on standard input, NUL-separated
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

packages=$(printf 'package.json\0package-lock.json\0' | hash_of)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$packages" ]; then
    "$step" "console packages" "$node" npm ci
    echo "$packages" >node_modules/.installed
fi
[ "${1:-}" = --packages ] && exit 0

sources=$(find . \( -name node_modules -o -name dist -o -name coverage -o -name mock -o -name '.vite*' \) -prune -o -type f -print0 | hash_of)
if [ "$(cat dist/.built 2>/dev/null)" != "$sources" ] || [ ! -f dist/index.html ]; then
    "$step" "console build" "$node" npm run build
    echo "$sources" >dist/.built
fi
