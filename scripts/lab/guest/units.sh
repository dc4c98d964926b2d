#!/bin/bash
# At the first boot of a host's disk by systemd: of the machine's own units none is enabled, but those named.
# usage: units.sh UNIT...
set -eu
cd /etc/systemd/system
rm -rf ./*.wants ./*.requires
rm -rf /etc/init.d/* /etc/rc?.d/*
: >/etc/fstab
[ -s /etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
ln -sf /lib/systemd/system/multi-user.target default.target
# What is about devices, terminals and kernel modules, which are the machine's.
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-logind.service \
  systemd-random-seed.service systemd-update-utmp.service getty.target dev-hugepages.mount dev-mqueue.mount \
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
  proc-sys-fs-binfmt_misc.automount systemd-networkd.service systemd-resolved.service systemd-timesyncd.service; do
  ln -sf /dev/null "$unit"
done
[ $# = 0 ] || systemctl -q enable "$@"
