#!/bin/sh
# What a container runs: entrypoint.sh [connect-standalone] worker.properties [connector.properties ...]
#                    or: entrypoint.sh connect-distributed worker.properties
# The CONNECT_* variables go over the worker's file. The outcome is handed on by a pipe: nothing is written, so the
# root file system may be read-only, and no secret comes to lie in a file.
set -eu
root=$(dirname "$(dirname "$(readlink -f "$0")")")
command=connect-standalone

case "${1-}" in
  connect-standalone | connect-distributed)
    command=$1
    shift
    ;;
esac

case "${1-}" in
  '' | -*) exec "$root/bin/$command" "$@" ;;
esac

# The health check looks here for the file.
SLUICE_WORKER_FILE=$(readlink -f "$1" || echo "$1")
export SLUICE_WORKER_FILE
properties=$(node "$root/docker/worker-properties.mjs" "$1")
shift
exec "$root/bin/$command" /dev/fd/3 "$@" 3<<PROPERTIES
$properties
PROPERTIES
