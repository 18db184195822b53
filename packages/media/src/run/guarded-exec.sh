#!/bin/sh
# Starts one program on a stranger's file with little to lose: limits set, core dumps off, empty environment.
# usage: guarded-exec.sh KIB_OF_ADDRESS_SPACE CPU_SECONDS PROGRAM [ARGUMENT...]
# Regular files cannot be written at all: whatever ffmpeg makes leaves through pipes.
# The shell replaces itself, so the process id that was started is the program's own.
# ulimit is the shell's own word: nothing to install. Where the system has no such limit (macOS: address space)
# or a stricter one is in force already, the program still starts, and says so in its log.
# GCONV_PATH: a static ffprobe dies of a segmentation fault when it loads the system's character set modules, which
# MPEG-TS with service names makes it do.
limit() {
  ulimit "$1" "$2" 2>/dev/null || echo "[warning] guarded-exec: ulimit $1 $2 could not be set" >&2
}
limit -v "$1"
limit -t "$2"
limit -f 0
limit -c 0
shift 2
# Linux: whoever started this is killed outright, and the program dies with it, in the midst of a frame too.
if command -v setpriv >/dev/null 2>&1; then
  exec setpriv --pdeathsig KILL /usr/bin/env -i LC_ALL=C GCONV_PATH=/nonexistent "$@"
fi
exec /usr/bin/env -i LC_ALL=C GCONV_PATH=/nonexistent "$@"
