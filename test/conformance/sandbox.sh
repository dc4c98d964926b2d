#!/bin/sh
#
# sandbox.sh DIST [INSTALL-OPTION...]: runs as process 1 of namespaces of its own, makes a node of them on which
# nothing reaches the host (own /run, /srv, /etc and /var/lib, and what is installed goes to an overlay), installs
# Lockferry there, says "ready", and lasts as long as its standard input.

set -eu
dist=$1
shift

layers=/mnt
mount -t tmpfs tmpfs "$layers"
for directory in etc usr/share usr/sbin usr/lib/ocf var/lib; do
	mkdir -p "$layers/$directory/upper" "$layers/$directory/work"
	mount -t overlay overlay \
		-o "lowerdir=/$directory,upperdir=$layers/$directory/upper,workdir=$layers/$directory/work" "/$directory"
done
mkdir -p "$layers/nfs/sm" "$layers/nfs/sm.bak"
chown 65534:65534 "$layers/nfs/sm" "$layers/nfs/sm.bak"
mount --bind "$layers/nfs" /var/lib/nfs
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /srv
ip link set lo up
mkdir -p /etc/nfs.conf.d
printf '[statd]\nno-notify=1\n[sm-notify]\nlift-grace=n\n' >/etc/nfs.conf.d/node.conf

if ! "$(dirname "$0")/../../scripts/install" --from "$dist" "$@" >/run/install.log 2>&1; then
	cat /run/install.log >&2
	exit 1
fi
echo ready
exec cat
