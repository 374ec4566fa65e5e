#!/usr/bin/env bash
# step.sh LABEL COMMAND…: one line of progress for a quiet command; its output is shown when it fails (or VERBOSE=1).
set -u
label=$1
shift
if [ -n "${VERBOSE:-}" ]; then
    echo "· $label"
    exec "$@"
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
printf '· %-34s ' "$label"
began=$SECONDS
if "$@" >"$said" 2>&1; then
    echo "ok ($((SECONDS - began)) s)"
else
    status=$?
    echo "FAILED ($((SECONDS - began)) s)"
    cat "$said"
    exit "$status"
fi
