#!/bin/sh
# Becomes the first process of a scene: a host whose directories may be written to without changing the machine, with a network, processes and
# cgroups of its own. What is changed lies in DIRECTORY, and goes with it.
#   enter.sh DIRECTORY REPOSITORY USR CGROUPS
# USR: a directory whose files come before the machine's in /usr, such as the engines of a newer suite; may be empty.
# CGROUPS: 2, or 1 for an engine that wants controllers, which cgroup version 2 lacks on machines with both.
set -e
own=$1 repository=$2 usr=$3 cgroups=$4
[ ! -e /sys/fs/cgroup/cgroup.controllers ] || cgroups=plain

case $cgroups in
    plain) hierarchies=/sys/fs/cgroup ;;
    2) hierarchies=/sys/fs/cgroup/unified ;;
    1) hierarchies=$(sed -n 's/^cgroup \([^ ]*\) .*/\1/p' /proc/self/mounts) ;;
esac
case ${5:-} in
    '')
        for hierarchy in $hierarchies; do
            cgroup=$hierarchy/${own##*/}
            mkdir "$cgroup"
            for file in cpuset.cpus cpuset.mems; do
                [ "$cgroups" != 1 ] || [ ! -e "$cgroup/$file" ] || cat "$hierarchy/$file" >"$cgroup/$file"
            done
            echo $$ >"$cgroup/cgroup.procs"
        done
        # A cgroup namespace begins where its first process is.
        exec unshare --cgroup sh "$0" "$own" "$repository" "$usr" "$4" cgroups ;;
    cgroups)
        # In version 2 only a cgroup without processes hands controllers on.
        if [ "$cgroups" != 1 ]; then
            mkdir "$hierarchies/${own##*/}/init"
            echo $$ >"$hierarchies/${own##*/}/init/cgroup.procs"
        fi
        exec unshare --mount --propagation private --net --uts --ipc --pid --fork --kill-child --mount-proc sh "$0" "$own" "$repository" "$usr" "$4" first ;;
esac

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

# What a shell of the scene's writes itself into.
if [ "$cgroups" = 1 ]; then
    sed -n 's/^cgroup \([^ ]*\) cgroup \(rw,\)\?\(relatime,\)\?\([^ ]*\) .*/\1 \4/p' /proc/self/mounts >/run/hierarchies
    umount -R /sys/fs/cgroup
    mount -t tmpfs tmpfs /sys/fs/cgroup
    while read -r hierarchy options; do
        mkdir "$hierarchy"
        mount -t cgroup -o "$options" cgroup "$hierarchy"
        echo "$hierarchy/cgroup.procs" >>/run/scene-cgroups
    done </run/hierarchies
else
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
    echo /sys/fs/cgroup/init/cgroup.procs >/run/scene-cgroups
fi

PATH=$PATH:/usr/sbin:/sbin
ip link set lo up
ip link add eth0 type veth peer name cable
ip address add 192.0.2.1/24 dev eth0
ip link set eth0 up
ip link set cable up
hostname gpu-host

# Where the GPUs are: a simulated host's files, for which the configuration stands.
mkdir -p /etc/gpu-runtime
cp "$own/host/config.json" /etc/gpu-runtime/config.json

# What podman takes for granted and the machine may not have: raised limits, controllers, systemd, a bridge.
mkdir -p /etc/containers/containers.conf.d
cp "$own/containers.conf" /etc/containers/containers.conf
cat >/etc/containers/containers.conf.d/00-scene.conf <<'END'
[containers]
pids_limit = 0
netns = "none"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
END

touch "$own/ready"
# bash reaps what its children leave behind.
exec bash -c 'while :; do sleep 1000 & wait $!; done'
