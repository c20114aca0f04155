# Sourced by the commands that run a worker. They set: root, command (the name in dist), out (of the log of -daemon).
if [ ! -f "$root/dist/$command.js" ]; then
  if [ -d "$root/node_modules/esbuild" ]; then
    node "$root/scripts/build.mjs" >&2 || exit 2
  else
    echo "$command: $root/dist is missing. Run 'npm ci && npm run build' in $root first." >&2
    exit 2
  fi
fi

# Threads share two arenas of the C library's allocator; an arena for each would hold on to memory.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"

# Started by nohup, a SIGHUP is to do nothing. Node.js undoes that at its start, so the worker has to be told. Signal 1 is
# the lowest bit of the mask; systems without /proc do not say.
if [ "${1-}" = -daemon ] || grep -q '^SigIgn:.*[13579bdf]$' /proc/self/status 2>/dev/null; then
  export SLUICE_IGNORE_SIGHUP=1
fi

if [ "${1-}" = -daemon ]; then
  shift
  log_dir=${LOG_DIR:-$root/logs}
  mkdir -p "$log_dir" || exit 2
  nohup node "$root/dist/$command.js" "$@" >"$log_dir/$out.out" 2>&1 </dev/null &
else
  exec node "$root/dist/$command.js" "$@"
fi
