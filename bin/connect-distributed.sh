#!/bin/sh
# The name under which Apache Kafka ships the same command.
exec "$(dirname "$(readlink -f "$0")")/connect-distributed" "$@"
