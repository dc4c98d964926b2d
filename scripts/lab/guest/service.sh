#!/bin/sh
# Starts and stops the daemons of a lab host, as the units of a distribution would.
# usage: service.sh start|stop rpcbind|dbus|statd|ganesha|cluster
set -u
# Outside a lab host this would stop the machine's own daemons.
[ -e /run/lab/host ] || { echo "service.sh: this is not a lab host" >&2; exit 1; }

fail() {
  echo "service.sh: $1" >&2
  exit 1
}

# until_true SECONDS COMMAND...: polls until the command succeeds
until_true() {
  tries=$(($1 * 25))
  shift
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.04
  done
}

# end PROGRAM: asks the program of this host to end, and waits until it has
gone() { ! pgrep -x "$1"; }
end() {
  pkill -x "$1" || return 0
  until_true 5 gone "$1" || { pkill -KILL -x "$1"; until_true 5 gone "$1"; } || fail "$1 does not end"
}

nfs_answers() { rpcinfo -T tcp 127.0.0.1 100003 3 && rpcinfo -T tcp 127.0.0.1 100021 4; }
corosync_answers() { corosync-cfgtool -s; }

case ${1-} in
  start | stop) ;;
  *) fail "usage: service.sh start|stop SERVICE" ;;
esac
if [ -d /run/systemd/system ]; then
  case ${2-} in
    statd) exec systemctl "$1" rpc-statd ;;
    ganesha) exec systemctl "$1" nfs-ganesha ;;
    # A member of a cluster joins it again at boot.
    cluster) [ "$1" = stop ] || systemctl -q enable corosync pacemaker; exec systemctl "$1" corosync pacemaker ;;
    *) exec systemctl "$1" "${2-}" ;;
  esac
fi
case $1-${2-} in
  start-rpcbind) rpcbind -w || fail "rpcbind does not start" ;;
  stop-rpcbind) end rpcbind ;;
  start-dbus) dbus-daemon --system --fork --nopidfile || fail "dbus-daemon does not start" ;;
  stop-dbus) end dbus-daemon ;;
  start-statd)
    # In the foreground it logs what it does; -L: it never runs sm-notify by itself.
    setsid rpc.statd -F -d -L -p 32765 -o 32766 </dev/null >>/var/log/statd.log 2>&1 &
    until_true 5 rpcinfo -T udp 127.0.0.1 100024 1 || fail "rpc.statd does not answer: $(tail -n 3 /var/log/statd.log)"
    ;;
  stop-statd) end rpc.statd ;;
  start-ganesha)
    mkdir -p /run/ganesha
    ganesha.nfsd -f /etc/ganesha/ganesha.conf -L /var/log/ganesha/ganesha.log -p /run/ganesha/ganesha.pid ||
      fail "ganesha.nfsd does not start"
    until_true 20 nfs_answers || fail "NFS-Ganesha does not answer: $(tail -n 3 /var/log/ganesha/ganesha.log)"
    # It also starts when it can export nothing of what its configuration names.
    showmount --no-headers -e 127.0.0.1 | grep -q / ||
      fail "NFS-Ganesha exports nothing: $(grep -m 1 ':CRIT :' /var/log/ganesha/ganesha.log)"
    ;;
  stop-ganesha) end ganesha.nfsd ;;
  start-cluster)
    setsid corosync -f </dev/null >>/var/log/corosync/console.log 2>&1 &
    until_true 10 corosync_answers || fail "corosync does not answer: $(tail -n 3 /var/log/corosync/console.log)"
    PCMK_logfile=/var/log/pacemaker/pacemaker.log PCMK_logfacility=none \
      setsid pacemakerd </dev/null >>/var/log/pacemaker/console.log 2>&1 &
    ;;
  stop-cluster)
    end pacemakerd
    end corosync
    ;;
  *) fail "no such service: ${2-}" ;;
esac
