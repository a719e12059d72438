#!/bin/sh
# Becomes the first process of a scene: a host whose directories may be written to without changing the machine, with a network, processes and
# cgroups of its own. What is changed lies in DIRECTORY, and goes with it.
#   enter.sh DIRECTORY REPOSITORY [USR]
# USR: a directory whose files come before the machine's in /usr, such as the engines of a newer suite.
set -e
own=$1 repository=$2 usr=$3

if [ "$$" != 1 ]; then
    # The cgroup namespace begins where its first process is.
    hierarchy=/sys/fs/cgroup
    [ -e $hierarchy/cgroup.controllers ] || hierarchy=$hierarchy/unified
    mkdir "$hierarchy/${own##*/}"
    echo $$ >"$hierarchy/${own##*/}/cgroup.procs"
    exec unshare --mount --propagation private --net --uts --ipc --cgroup --pid --fork --kill-child --mount-proc sh "$0" "$@"
fi

for directory in /etc /usr /var /opt "$repository"; do
    layer=$own/layers$directory
    mkdir -p "$layer/changes" "$layer/work"
    lower=$directory
    [ "$directory" != /usr ] || lower=${usr:+$usr:}$directory
    mount -t overlay -o "lowerdir=$lower,upperdir=$layer/changes,workdir=$layer/work" overlay "$directory"
done
mount -t tmpfs -o mode=755 tmpfs /run
# An overlay is no place for the layers of images.
for directory in docker containerd containers; do
    mkdir -p "$own/data/$directory" "/var/lib/$directory"
    mount --bind "$own/data/$directory" "/var/lib/$directory"
done

[ -e /sys/fs/cgroup/cgroup.controllers ] && umount /sys/fs/cgroup || umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir /sys/fs/cgroup/init
echo 1 >/sys/fs/cgroup/init/cgroup.procs

PATH=$PATH:/usr/sbin:/sbin
ip link set lo up
hostname gpu-host

# Where the GPUs are: a simulated host's files, for which the configuration stands.
mkdir -p /etc/gpu-runtime
cp "$own/host/config.json" /etc/gpu-runtime/config.json

touch "$own/ready"
# bash reaps what its children leave behind.
exec bash -c 'while :; do sleep 1000 & wait $!; done'
