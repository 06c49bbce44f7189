#!/usr/bin/env bash
# Runs COMMAND beside a systemd of its own that manages the units of DIRECTORY/systemd/user. The session
# has a mount namespace of its own, so that nothing of it reaches the machine, whose first process may be
# anything. Usage: systemd-session.sh DIRECTORY COMMAND…
set -euo pipefail

if [ "${INSIDE:-}" != yes ]; then
  # --kill-child and --pid end everything in the session with it.
  exec env INSIDE=yes setsid unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "$@" </dev/null
fi

# Not below /tmp, which a unit with PrivateTmp does not see: the socket of notices is there.
export XDG_RUNTIME_DIR=/run/session
export XDG_CONFIG_HOME=$1
shift
mount -t tmpfs none /run
mkdir -m 700 "$XDG_RUNTIME_DIR"
# By this directory systemd sees that it may run.
mkdir -p /run/systemd/system
# What a unit may not see is covered by these; a first process of a machine makes them.
mkdir -p /run/systemd/inaccessible/dir
(
  cd /run/systemd/inaccessible
  chmod 0 dir
  touch reg && chmod 0 reg
  mkfifo -m 0 fifo
  mknod -m 0 chr c 0 0
  mknod -m 0 blk b 0 0
)
if [ ! -f /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t tmpfs none /sys/fs/cgroup
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
fi
unset NOTIFY_SOCKET DBUS_SESSION_BUS_ADDRESS
/lib/systemd/systemd --user --log-level=warning --log-target=console &
for _ in $(seq 100); do
  [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && break
  sleep 0.1
done
"$@" </dev/null
