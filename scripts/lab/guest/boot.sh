#!/bin/bash
# First process of a lab host, stage one: builds the host's file system and moves into it.
# usage: boot.sh REPOSITORY NODE_PROGRAM NAME ADDRESS/PREFIX lab|systemd SERVICE-OR-UNIT...
set -eu
repository=$1 node=$2 name=$3 init=$5
disk=/run/lab/hosts/$name
root=$disk/root
# The lab waits for this line: from now on this process can be found and given a network interface.
echo init

mkdir -p "$disk/upper" "$disk/work" "$root" "/run/lab/log/$name"
# The overlay's upper layer is the host's disk: it lives in the room and outlives a power-off.
mount -t overlay -o "lowerdir=/,upperdir=$disk/upper,workdir=$disk/work,index=off,xino=off" host "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
# All hosts share one kernel, and so one boot id; programs that tell reboots apart by it need one per boot.
cat /proc/sys/kernel/random/uuid >"$disk/boot_id"
mount --bind "$disk/boot_id" "$root/proc/sys/kernel/random/boot_id"
# Where the real kernel has lockd, rpc.statd would write the host's nsm_local_state.
if [ -d "$root/proc/sys/fs/nfs" ]; then mount -t tmpfs none "$root/proc/sys/fs/nfs"; fi
# Pacemaker reboots a node that it has to give up by sysrq, and there is only one kernel: the machine's.
: >"$disk/sysrq"
for trigger in /proc/sysrq-trigger /proc/sys/kernel/sysrq; do
  if [ -e "$root$trigger" ]; then mount --bind "$disk/sysrq" "$root$trigger"; fi
done
# systemd sets what is the machine's wherever it can be written to; only the network's part is the host's own.
if [ "$init" = systemd ]; then
  mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
  mount --rbind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,bind,ro "$root/proc/sys"
  mount -o remount,bind,ro "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi

mount -t tmpfs -o mode=755 dev "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"

mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mkdir -p "$root/run/lab/power" "$root/srv/shared" "$root/lab"
# Logs are kept apart from the disk, in the same directories as the packages made.
(cd "$root/var/log" && find . -type d -print0 | tar --null --no-recursion -c -T -) | tar -x -p -C "/run/lab/log/$name"
mount --bind "/run/lab/log/$name" "$root/var/log"
mount --bind /run/lab/shared "$root/srv/shared"
mount --bind /run/lab/power "$root/run/lab/power"
# Only what lies on the root file system shows through the overlay; the repository and Node may lie elsewhere.
mount --bind -o ro "$repository" "$root/lab"
if ! [ -x "$root$node" ]; then
  mkdir -p "$root${node%/*}"
  touch "$root$node"
  mount --bind "$node" "$root$node"
fi

cd "$root"
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
shift 2
exec /bin/bash /lab/scripts/lab/guest/init.sh "$@"
