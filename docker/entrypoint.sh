#!/bin/sh
# What a container runs: entrypoint.sh worker.properties [connector.properties ...]
# The CONNECT_* variables go over the worker's file. The outcome is handed on by a pipe: nothing is written, so the
# root file system may be read-only, and no secret comes to lie in a file.
set -eu
root=$(dirname "$(dirname "$(readlink -f "$0")")")

case "${1-}" in
  '' | -*) exec "$root/bin/connect-standalone" "$@" ;;
esac

# The health check looks here for the file.
SLUICE_WORKER_FILE=$(readlink -f "$1" || echo "$1")
export SLUICE_WORKER_FILE
properties=$(node "$root/docker/worker-properties.mjs" "$1")
shift
exec "$root/bin/connect-standalone" /dev/fd/3 "$@" 3<<PROPERTIES
$properties
PROPERTIES
