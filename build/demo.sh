#!/bin/bash
# `make demo`: a container, started by runc through gpu-runtime, with one GPU of eight. Prints what it does as a transcript.
# The host is simulated, so that it works on any machine; REAL=1 takes this machine's own NVIDIA GPUs.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || exec sudo env "PATH=$PATH" "REAL=${REAL:-}" "$0"

PATH=$PWD/artifacts/bin:$PATH:/usr/local/sbin:/usr/sbin:/sbin
test_hosts=(dotnet "${TEST_HOSTS:-artifacts/obj/bin/GpuRuntime.TestHosts/release/gpu-runtime-test-hosts.dll}")
work=$(mktemp -d)
id=demo-$$
cleanup() {
    gpu-runtime delete --force "$id" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

wrong() { echo "demo: $*" >&2; exit 1; }

# Shows a command line, runs it, and keeps what it printed.
run() {
    local code=0
    printf '\n$ %s\n' "$1"
    # Into a file: a container in the background would hold a pipe open.
    eval "$1" </dev/null >"$work/output" 2>&1 || code=$?
    cat "$work/output"
    [ $code = 0 ] || wrong "that command exited with $code"
}

if [ "${REAL:-}" = 1 ]; then
    [ -e /proc/driver/nvidia/version ] || wrong 'REAL=1, but this machine has no NVIDIA driver loaded (no /proc/driver/nvidia/version)'
    index=0
    echo "On this machine's own GPUs."
else
    quietly "${test_hosts[@]}" nvidia "$work/host"
    export GPU_RUNTIME_CONFIG=$work/host/config.json
    index=2
    echo 'The host is SIMULATED: a tree of files like those of a machine with 8 NVIDIA GPUs, and a driver of stand-in libraries.'
    echo 'gpu-runtime, runc and the container are real.'
fi
quietly "${test_hosts[@]}" rootfs glibc "$work/rootfs"
install -m 0755 artifacts/bin/cuda-probe "$work/rootfs/usr/bin/"
quietly "${test_hosts[@]}" bundle "$work/bundle" --rootfs "$work/rootfs" --env NVIDIA_VISIBLE_DEVICES=$index -- sleep 600

run 'gpu-runtime devices'

# The node of the GPU that is asked for: its number is not the index.
node=$(gpu-runtime devices --format json | tr -d ' \n' | sed -n "s/.*\"id\":\"nvidia:$index\"//p" | grep -o '"/dev/nvidia[0-9]*"' | head -n 1 | tr -d '"')
[ -n "$node" ] || wrong "gpu-runtime devices names no device node of nvidia:$index"

cd "$work"
run 'grep NVIDIA bundle/config.json'
run "gpu-runtime run --detach --bundle bundle $id >/dev/null"
run "gpu-runtime exec $id sh -c 'ls -l /dev/nvidia*'"
granted=$(grep -o '/dev/nvidia[0-9][0-9]*$' "$work/output" | sort | xargs)
[ "$granted" = "$node" ] || wrong "the container was to get $node and has: $granted"

run "gpu-runtime exec $id cuda-probe dlopen libcuda.so.1 libnvidia-ml.so.1"
run "gpu-runtime exec $id nvidia-smi"
run "gpu-runtime delete --force $id"

echo
echo "One GPU was asked for and one came: $node, with the driver's libraries and nvidia-smi."
