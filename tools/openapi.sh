#!/usr/bin/env bash
# openapi.sh: write console/openapi.json and the console's generated client. openapi.sh check: fail when they are stale.
set -eu
cd "$(dirname "$0")/.."
DOCUMENT=console/openapi.json
CLIENT=console/src/api/schema.d.ts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

.venv/bin/hub openapi >"$work/openapi.json"
if [ "${1:-}" != check ]; then
    cp "$work/openapi.json" "$DOCUMENT"
    (cd console && ../tools/node.sh npm run --silent client)
    exit
fi
stale() {
    echo "$1 is stale: run make openapi and commit the result." >&2
    exit 1
}
diff -u "$DOCUMENT" "$work/openapi.json" >&2 || stale "$DOCUMENT"
cp "$CLIENT" "$work/committed.d.ts"
# Generated in place, because the generator's options live in console/package.json; what was committed is put back.
(cd console && ../tools/node.sh npm run --silent client) >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
cp "$CLIENT" "$work/fresh.d.ts"
cp "$work/committed.d.ts" "$CLIENT"
diff -u "$work/committed.d.ts" "$work/fresh.d.ts" >&2 || stale "$CLIENT"
