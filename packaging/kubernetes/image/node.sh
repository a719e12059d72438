#!/bin/sh
# What the DaemonSet does on its node beside the agent.
#   node.sh install    puts the programs there, registers them with containerd, writes CDI specifications
#   node.sh refresh    keeps the specifications, and what nvidia-smi tells, up to date until it is ended
set -eu

# The image's own, the directory of the node as it is mounted here, and as the node itself calls it.
source=${SOURCE:-/opt/gpu-runtime}
target=${TARGET:-/target}
installed=${INSTALLED:-/opt/gpu-runtime}
state=${STATE:-/run/gpu-runtime}
# How a program of the node is run there: this pod has the node's process ids.
node=${NODE-nsenter --target 1 --mount --}
period=${PERIOD:-60}

on_node() {
    # shellcheck disable=SC2086  # words
    $node "$@"
}

copy() {
    mkdir -p "$target/$1"
    for file in "$source/$1"/*; do
        # Renamed: what runs on the node goes on with the old one.
        cp "$file" "$target/$1/.new"
        chmod 0755 "$target/$1/.new"
        mv -f "$target/$1/.new" "$target/$1/${file##*/}"
    done
}

register() {
    [ -n "${CONTAINERD_CONFIG:-}" ] || return 0
    if [ -z "$(on_node "$installed/bin/gpu-runtime" configure containerd --cdi --file "$CONTAINERD_CONFIG" --dry-run)" ]; then
        echo "$CONTAINERD_CONFIG has gpu-runtime already"
        return 0
    fi
    on_node "$installed/bin/gpu-runtime" configure containerd --cdi --file "$CONTAINERD_CONFIG"
    if [ -n "${CONTAINERD_RESTART:-}" ]; then
        echo "running: $CONTAINERD_RESTART"
        # Running pods stay; this one may be started anew, and then finds nothing to change.
        # shellcheck disable=SC2086  # words
        on_node $CONTAINERD_RESTART
    fi
}

# A node without GPUs, or whose driver comes later, is no reason to fail.
update() {
    on_node "$installed/bin/gpu-runtime" devices --refresh >/dev/null || echo "what nvidia-smi tells is not known" >&2
    on_node "$installed/bin/gpu-runtime" cdi refresh --quiet || echo "the CDI specifications could not be brought up to date" >&2
}

case ${1:-} in
    install)
        copy bin
        copy lib/gpu-runtime/cooperative
        # The kubelet, which mounts it for the agent, makes it readable by all.
        on_node mkdir -p "$state"
        on_node chmod 0700 "$state"
        register
        update
        ;;
    refresh)
        trap 'exit 0' TERM INT
        while :; do
            sleep "$period" &
            wait $!
            update
        done
        ;;
    *)
        echo "usage: node.sh install|refresh" >&2
        exit 2
        ;;
esac
