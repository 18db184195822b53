#!/bin/sh
# Starts one program on a stranger's file with little to lose: limits set, core dumps off.
# usage: guarded-exec.sh KIB_OF_ADDRESS_SPACE CPU_SECONDS PROGRAM [ARGUMENT...]
# Regular files cannot be written at all: whatever ffmpeg makes leaves through pipes.
# The shell replaces itself, so the process id that was started is the program's own.
# ulimit is the shell's own word: nothing to install. Where the system has no such limit (macOS: address space)
# or a stricter one is in force already, the program still starts, and says so in its log.
limit() {
  ulimit "$1" "$2" 2>/dev/null || echo "[warning] guarded-exec: ulimit $1 $2 could not be set" >&2
}
limit -v "$1"
limit -t "$2"
limit -f 0
limit -c 0
shift 2
exec "$@"
