#!/usr/bin/env bash
# `make gpu-test`: does gpu-runtime give a container exactly the NVIDIA GPUs that it asks for, on this machine?
#
# Needs artifacts/bin (or BIN=DIR), and artifacts/lib beside it for the cooperative limit, as `make build` left them, runc or crun (RUNC=PATH) and root. No compiler, SDK, Docker or network.
#   DRIVER_ROOT=DIR     the driver's root filesystem, if it is neither / nor /run/nvidia/driver
#   GPU_TEST_HOST=DIR   a simulated host of gpu-runtime-test-hosts instead of this machine; what needs a real GPU is named so
# Prints a table. Exit: 0 all well, 1 a check failed, 2 nothing could be checked (no GPU, no runc; a sentence says what).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${BIN:-$here/../../artifacts/bin}" 2>/dev/null && pwd) || { echo "gpu-test: there is no ${BIN:-artifacts/bin}: run 'make build' first, or set BIN=DIR" >&2; exit 2; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

cannot() { echo "gpu-test: $*" >&2; exit 2; }

simulated=
[ -z "${GPU_TEST_HOST:-}" ] || simulated=$(cd "$GPU_TEST_HOST" && pwd) || cannot "GPU_TEST_HOST=$GPU_TEST_HOST is no directory"
[ "$(id -u)" = 0 ] || cannot 'containers with GPUs are started by root: run this as root, or through sudo'
for file in gpu-runtime gpu-runtime-hook cuda-probe; do
    [ -x "$bin/$file" ] || cannot "$bin/$file is not there: run 'make build' first, or set BIN=DIR"
done
runc=$(command -v "${RUNC:-runc}" || { [ -z "${RUNC:-}" ] && command -v crun; }) || cannot "${RUNC:-neither runc nor crun} is not to be found: set RUNC=PATH"
runc=$(readlink -f "$runc")

work=$(mktemp -d)
state=$work/runc
cleanup() { # a container that a broken check left running, then the files
    local entry
    for entry in "$state"/*/; do
        [ -d "$entry" ] && runtime delete --force "$(basename "$entry")" >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap cleanup EXIT

# ---- The host's driver ----
proc=${simulated:+$simulated}/proc
if [ -z "$simulated" ]; then
    if [ ! -e /proc/driver/nvidia/version ]; then
        if [ -e /dev/nvidiactl ]; then
            cannot 'there are NVIDIA device nodes, but no /proc/driver/nvidia/version, by which gpu-runtime finds GPUs (a sandbox that hides it?)'
        fi
        cannot 'there is no NVIDIA GPU here, or its driver is not loaded: no /proc/driver/nvidia/version'
    fi
fi
[ -n "$(ls -A "$proc/driver/nvidia/gpus" 2>/dev/null)" ] || cannot "the NVIDIA driver lists no GPU in $proc/driver/nvidia/gpus"
version=$(sed -n '1s/.* \([0-9][0-9.]*[0-9]\)  .*/\1/p' "$proc/driver/nvidia/version")

find_library() { # SONAME: its path on this host
    local root directory
    ldconfig -p 2>/dev/null | sed -n "s/.*${1//./\\.} .*x86-64.* => //p" | head -n 1 | grep . && return
    for root in ${DRIVER_ROOT:+"$DRIVER_ROOT"} '' /run/nvidia/driver; do
        for directory in /usr/lib64 /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu/nvidia/current /usr/local/nvidia/lib64 /usr/local/nvidia/lib /run/opengl-driver/lib /usr/lib; do
            [ -e "$root$directory/$1" ] && { echo "$root$directory/$1"; return; }
        done
    done
    return 1
}
find_program() { # NAME, in the driver root
    local directory
    for directory in /usr/bin /usr/local/bin /usr/local/nvidia/bin /usr/lib/nvidia/current /opt/bin /run/current-system/sw/bin; do
        [ -e "${driver_root%/}$directory/$1" ] && { echo "${driver_root%/}$directory/$1"; return; }
    done
    command -v "$1"
}

search_paths=
libraries=()
if [ -n "$simulated" ]; then
    driver_root=$simulated/driver
    host="\"dev\": \"$simulated/dev\", \"proc\": \"$simulated/proc\", \"sys\": \"$simulated/sys\", \"driver\": \"$driver_root\""
else
    library=$(find_library libnvidia-ml.so.1) || cannot "driver $version is loaded, but its libnvidia-ml.so.1 is nowhere to be found: set DRIVER_ROOT=DIR"
    driver_root=${DRIVER_ROOT:-/}
    case $library in /run/nvidia/driver/*) driver_root=${DRIVER_ROOT:-/run/nvidia/driver} ;; esac
    driver_root=$(cd "$driver_root" && pwd)
    directory=$(dirname "$library")
    search_paths="\"/${directory#"${driver_root%/}/"}\""
    host="\"driver\": \"$driver_root\""
    libraries=("$library")
    cuda_library=$(find_library libcuda.so.1) && libraries+=("$cuda_library")
    host_smi=$(find_program nvidia-smi) || cannot "driver $version is loaded, but nvidia-smi is nowhere to be found below $driver_root"
fi
cat >"$work/config.json" <<END
{
  "host": { $host },
  "libraries": { "searchPaths": [$search_paths] },
  "cdi": { "specDirs": ["$work/specs"] },
  "lowLevelRuntimes": ["$runc"],
  "stateDirectory": "$work/state"
}
END
export GPU_RUNTIME_CONFIG=$work/config.json

# ---- The table ----
table=$work/table
failures=0
report() { # RESULT CHECK DETAIL
    printf '%s\t%s\t%s\n' "$2" "$1" "$(printf '%s' "$3" | tr '\n\t' '; ' | cut -c 1-200)" >>"$table"
    [ "$1" = failed ] && failures=$((failures + 1))
    return 0
}
same() { # CHECK EXPECTED ACTUAL
    if [ "$2" = "$3" ]; then report ok "$1" "$3"; else report failed "$1" "expected: $2; got: $3"; fi
}
print_table() {
    awk -F '\t' 'BEGIN { printf "%-66s %-9s %s\n", "check", "result", "detail" }
                 { count[$2]++; printf "%-66s %-9s %s\n", $1, $2, $3 }
                 END { printf "\n%d ok, %d failed, %d not possible here\n", count["ok"], count["failed"], count["skipped"] }' "$table"
}

# ---- A root filesystem from this host's own C library ----
make_root() { # DIR
    local directory program file
    mkdir -p "$1/usr/bin" "$1/usr/lib" "$1/etc" "$1/proc" "$1/sys" "$1/dev" "$1/tmp"
    for directory in bin sbin lib lib64; do
        if [ -L "/$directory" ]; then
            mkdir -p "$1/usr/$directory"
            ln -s "usr/$directory" "$1/$directory"
        fi
    done
    install -m 0755 "$bin/cuda-probe" "$1/usr/bin/"
    for program in "$bin/cuda-probe" ${host_smi:+"$host_smi"} "${libraries[@]}"; do
        ldd "$program" 2>/dev/null
    done | grep -o '/[^ ]*' | sort -u >"$work/needed"
    # What the driver opens later, and what ldd does not say of a library: from where libc.so.6 is.
    directory=$(dirname "$(grep -m 1 '/libc\.so\.6$' "$work/needed")")
    for file in libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6; do
        [ -e "$directory/$file" ] && echo "$directory/$file"
    done >>"$work/needed"
    while read -r file; do
        case ${file##*/} in libnvidia-* | libcuda* | libnv*) continue ;; esac
        mkdir -p "$1$(dirname "$file")"
        [ -e "$1$file" ] || cp -L "$file" "$1$file"
    done <"$work/needed"
}
make_root "$work/root-without-cache"
cp -a "$work/root-without-cache" "$work/root"
ldconfig -r "$work/root" 2>/dev/null || true

# ---- Containers ----
words() { # as the inside of a JSON list
    local list='' word
    for word; do list+="\"$word\","; done
    printf '%s' "${list%,}"
}
write_bundle() { # DIR ARGS-LIST ENV-LIST
    local mounts='' namespaces hooks=''
    mkdir -p "$1"
    # A root of its own: runc leaves an empty file behind wherever it mounted one.
    cp -a "$root" "$1/rootfs"
    if [ "$without_proc" = yes ]; then
        mounts='{ "destination": "/proc", "type": "bind", "source": "/proc", "options": ["rbind", "rprivate"] },
    { "destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "rprivate", "ro"] },'
        namespaces='{ "type": "mount" }, { "type": "ipc" }, { "type": "uts" }'
    else
        mounts='{ "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },'
        namespaces='{ "type": "mount" }, { "type": "ipc" }, { "type": "uts" }, { "type": "pid" }'
    fi
    [ $by = shim ] || hooks='"hooks": { "prestart": [{ "path": "'$bin/gpu-runtime-hook'", "args": ["gpu-runtime-hook", "prestart"], "env": ["GPU_RUNTIME_CONFIG='$GPU_RUNTIME_CONFIG'"] }] },'
    cat >"$1/config.json" <<END
{
  "ociVersion": "1.0.2",
  $hooks
  "process": {
    "terminal": false, "cwd": "/", "user": { "uid": $uid, "gid": $uid }, "args": [$2], "noNewPrivileges": true,
    "env": ["PATH=/usr/bin:/bin:/usr/local/nvidia/bin"${3:+, $3}],
    "capabilities": { "bounding": [$capabilities], "effective": [$capabilities], "permitted": [$capabilities] }
  },
  "root": { "path": "rootfs", "readonly": $readonly },
  "hostname": "gpu-test",
  "mounts": [
    $mounts
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755"] },
    { "destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777"] },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=1777"] }
  ],
  "linux": {
    "namespaces": [$namespaces],
    "resources": { "devices": [{ "allow": false, "access": "rwm" }] }
  }
}
END
}
# What a container is like, unless a check says otherwise (local variables reach the functions that are called).
root=$work/root uid=0 readonly=false without_proc=no capabilities='"CAP_MKNOD", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"'
runtime_flags=() own_cgroups=no by=shim

runtime() {
    local program=$bin/gpu-runtime
    [ $by = shim ] || program=$runc
    if [ $own_cgroups = yes ]; then
        # A mount namespace of its own: the machine's /sys/fs/cgroup stays as it is.
        # shellcheck disable=SC2016  # the inner shell's parameters
        timeout 120 unshare -m --propagation private sh -c 'umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh \
            "$program" "${runtime_flags[@]}" --root "$state" "$@"
    else
        timeout 120 "$program" "${runtime_flags[@]}" --root "$state" "$@"
    fi
}
started=0
output='' code=0
# container [NAME=VALUE]... -- ARGS...: sets output (both streams) and code
container() {
    local environment=()
    while [ "$1" != -- ]; do environment+=("$1"); shift; done
    shift
    started=$((started + 1))
    bundle=$work/bundle-$started
    write_bundle "$bundle" "$(words "$@")" "$(words "${environment[@]}")"
    cp "$bundle/config.json" "$bundle/before.json"
    output=$(runtime run --bundle "$bundle" "gpu-test-$$-$started" </dev/null 2>&1)
    code=$?
}
gpu_nodes() { # of cuda-probe nodes: /dev/nvidiaN of each GPU
    printf '%s\n' "$1" | grep -o '^/dev/nvidia[0-9]* ' | sort -V | tr -d '\n' | sed 's/ $//'
}
smi_gpus() { # of nvidia-smi -L: the UUIDs; of the simulated host's stand-in: the nodes
    if [ -n "$simulated" ]; then
        printf '%s\n' "$1" | sed -n 's#^GPU minor \([0-9]*\)$#/dev/nvidia\1#p'
    else
        printf '%s\n' "$1" | sed -n 's/^GPU [0-9]*: .*(UUID: \(GPU-[^)]*\)).*/\1/p'
    fi | sort | xargs
}

# ---- How containers can be started here ----
works=no why=''
for attempt in plain rootless own-cgroups without-proc; do
    case $attempt in
        plain) how="cgroup $(case $(stat -f -c %T /sys/fs/cgroup 2>/dev/null) in cgroup2fs) echo v2 ;; tmpfs) echo v1 ;; *) echo '(none mounted)' ;; esac)" ;;
        own-cgroups) own_cgroups=yes how='with cgroup2 in a mount namespace of its own' ;;
        rootless | without-proc)
            own_cgroups=no how='without cgroups: device rules are NOT enforced here'
            case $("$runc" --version 2>/dev/null) in
                crun*) runtime_flags=(--cgroup-manager=disabled) ;;
                *) runtime_flags=(--rootless=true) ;;
            esac
            [ $attempt = rootless ] || without_proc=yes how="$how; /proc cannot be mounted either and is bound" ;;
    esac
    container -- cuda-probe nodes
    [ $code = 0 ] && { works=yes; break; }
    [ $attempt = plain ] && why=$output
    [ $attempt = rootless ] && runtime_flags=()
done
[ $works = yes ] || cannot "$runc cannot start a container on this machine, GPU or not: $why"

# ---- Checks ----
report ok 'driver' "$version, root $driver_root${simulated:+ (SIMULATED host: no GPU behind it)}"
report ok 'a container starts' "$(basename "$runc"); $how${why:+; otherwise: $why}"

if ! devices=$("$bin/gpu-runtime" devices --format json 2>&1); then
    report failed 'gpu-runtime devices' "$devices"
    print_table
    exit 1
fi
# index, UUID and node of each NVIDIA GPU
gpus=$(printf '%s' "$devices" | tr -d ' \n\t' | sed 's/"id":"/\n&/g' | awk '
    function value(pattern, skip) { return match($0, pattern) ? substr($0, RSTART + skip, RLENGTH - skip - 1) : "-" }
    /^"id":"nvidia:[0-9]+"/ { print value("\"nvidia:[0-9]+\"", 8), value("\"uuid\":\"[^\"]*\"", 8), value("\"/dev/nvidia[0-9]+\"", 1) }')
count=$(printf '%s\n' "$gpus" | grep -c .)
if [ -n "$simulated" ]; then
    same 'gpu-runtime devices lists every GPU of /proc/driver/nvidia/gpus' "$(find "$proc/driver/nvidia/gpus" -mindepth 1 -maxdepth 1 | wc -l)" "$count"
else
    on_host=$(LD_LIBRARY_PATH=$(dirname "$library") "$host_smi" -L 2>&1)
    same 'gpu-runtime devices lists the GPUs of nvidia-smi -L, in its order' \
        "$(printf '%s\n' "$on_host" | sed -n 's/^GPU \([0-9]*\): .*(UUID: \(GPU-[^)]*\)).*/\1 \2/p' | xargs)" \
        "$(printf '%s\n' "$gpus" | cut -d ' ' -f 1,2 | xargs)"
fi
if [ "$count" = 0 ]; then
    print_table
    exit 1
fi
read -r first_index first_uuid first_node <<<"$(printf '%s\n' "$gpus" | head -n 1)"
read -r _ last_uuid last_node <<<"$(printf '%s\n' "$gpus" | tail -n 1)"
all_nodes=$(printf '%s\n' "$gpus" | cut -d ' ' -f 3 | sort -V | xargs)
all_uuids=$(printf '%s\n' "$gpus" | cut -d ' ' -f 2 | sort | xargs)

# grants CHECK NODES UUIDS [NAME=VALUE]...: exactly these GPUs are in /dev, open, and are what nvidia-smi and CUDA see
grants() {
    local check=$1 nodes=$2 uuids=$3 closed
    shift 3
    container "$@" -- cuda-probe nodes
    same "$check: nodes" "$nodes" "$(gpu_nodes "$output")"
    if [ -n "$simulated" ]; then
        # No driver behind the nodes: an open that the cgroup lets through answers ENXIO.
        closed=$(printf '%s\n' "$output" | grep '^/dev/nvidia' | grep -v -e ' opens$' -e 'No such device')
        uuids=$(printf '%s\n' "$nodes" | xargs -n 1 | sort | xargs)
    else
        closed=$(printf '%s\n' "$output" | grep '^/dev/nvidia' | grep -v ' opens$')
    fi
    same "$check: every node opens" '' "$closed"
    container "$@" -- nvidia-smi -L
    if [ $code = 0 ]; then
        same "$check: nvidia-smi -L" "$uuids" "$(smi_gpus "$output")"
    else
        report failed "$check: nvidia-smi -L" "exit $code: $output"
    fi
    container "$@" -- cuda-probe
    cuda_result "$check: CUDA" "$(printf '%s\n' "$nodes" | wc -w)"
}
cuda_result() { # CHECK COUNT, of a container that ran cuda-probe
    if [ -n "$simulated" ]; then
        # Exit 2: the library was found and loaded, and is a stand-in without the CUDA driver API.
        if [ $code = 2 ]; then report ok "$1" 'libcuda.so.1 loads; computing needs a real GPU'; else report failed "$1" "exit $code: $output"; fi
    elif [ $code = 0 ] && printf '%s\n' "$output" | grep -q "devices: $2\$"; then
        report ok "$1" "$output"
    else
        report failed "$1" "expected $2 devices; exit $code: $output"
    fi
}
fails() { # CHECK PATTERN [NAME=VALUE]...: the create fails with a sentence that matches, and leaves config.json alone
    local check=$1 pattern=$2
    shift 2
    container "$@" -- cuda-probe nodes
    if [ $code = 0 ]; then
        report failed "$check" "the container started: $output"
    elif ! printf '%s\n' "$output" | grep -q -e "$pattern"; then
        report failed "$check" "no $pattern in: $output"
    elif ! cmp -s "$bundle/before.json" "$bundle/config.json"; then
        report failed "$check" 'config.json was changed'
    else
        report ok "$check" "$output"
    fi
}

container -- cuda-probe nodes
same 'no request: no GPU node' 'no GPU node' "$output"
if cmp -s "$bundle/before.json" "$bundle/config.json"; then report ok 'no request: config.json byte for byte' ''; else report failed 'no request: config.json byte for byte' 'it was changed'; fi

grants "index $first_index" "$first_node" "$first_uuid" "NVIDIA_VISIBLE_DEVICES=$first_index"
if [ "$last_uuid" = - ]; then
    report skipped 'by UUID' 'the driver does not tell the UUID'
else
    grants 'UUID, in capitals' "$last_node" "$last_uuid" "NVIDIA_VISIBLE_DEVICES=$(printf '%s' "$last_uuid" | tr '[:lower:]' '[:upper:]')"
fi
grants 'all' "$all_nodes" "$all_uuids" NVIDIA_VISIBLE_DEVICES=all

container NVIDIA_VISIBLE_DEVICES=none -- cuda-probe nodes
same 'none: no GPU node' '' "$(gpu_nodes "$output")"
container NVIDIA_VISIBLE_DEVICES=none -- cuda-probe dlopen libnvidia-ml.so.1 libcuda.so.1
if [ $code = 0 ]; then report ok 'none: the driver'"'"'s libraries' "$output"; else report failed 'none: the driver'"'"'s libraries' "$output"; fi

container NVIDIA_VISIBLE_DEVICES="$first_index" NVIDIA_DRIVER_CAPABILITIES=utility -- nvidia-smi -L
if [ $code = 0 ]; then report ok 'utility: nvidia-smi' "$output"; else report failed 'utility: nvidia-smi' "exit $code: $output"; fi
container NVIDIA_VISIBLE_DEVICES="$first_index" NVIDIA_DRIVER_CAPABILITIES=utility -- cuda-probe dlopen libcuda.so.1
if [ $code = 1 ]; then report ok 'utility: no libcuda.so.1' ''; else report failed 'utility: no libcuda.so.1' "exit $code: $output"; fi
container NVIDIA_VISIBLE_DEVICES="$first_index" NVIDIA_DRIVER_CAPABILITIES=compute -- cuda-probe
cuda_result 'compute: CUDA' 1
container NVIDIA_VISIBLE_DEVICES="$first_index" NVIDIA_DRIVER_CAPABILITIES=compute -- nvidia-smi -L
if [ $code != 0 ] && [[ $output == *nvidia-smi*"not found"* || $output == *nvidia-smi*"no such file"* ]]; then
    report ok 'compute: no nvidia-smi' ''
else
    report failed 'compute: no nvidia-smi' "exit $code: $output"
fi

fails 'an index that this host has not: create fails, and says what it has' "$first_uuid\|nvidia:$first_index" NVIDIA_VISIBLE_DEVICES=4711
fails 'an unknown capability: create fails, and names the supported ones' utility "NVIDIA_VISIBLE_DEVICES=$first_index" NVIDIA_DRIVER_CAPABILITIES=teleport

unprivileged() {
    local uid=65534 readonly=true capabilities=''
    container NVIDIA_VISIBLE_DEVICES="$first_index" -- cuda-probe
    cuda_result 'not root, no Linux capabilities, read-only root: CUDA' 1
}
unprivileged
without_cache() {
    local root=$work/root-without-cache
    container NVIDIA_VISIBLE_DEVICES="$first_index" -- cuda-probe
    cuda_result 'an image without ld.so.cache: CUDA' 1
}
without_cache

by_hook() {
    local by=hook uid=0
    grants "by the prestart hook, index $first_index" "$first_node" "$first_uuid" "NVIDIA_VISIBLE_DEVICES=$first_index"
    grants 'by the prestart hook, all' "$all_nodes" "$all_uuids" NVIDIA_VISIBLE_DEVICES=all
    fails 'by the prestart hook, an index that this host has not: create fails' "$first_uuid\|nvidia:$first_index" NVIDIA_VISIBLE_DEVICES=4711
    uid=65534
    container NVIDIA_VISIBLE_DEVICES="$first_index" -- cuda-probe
    cuda_result 'by the prestart hook, not root: CUDA' 1
}
by_hook

by_cdi() {
    local spec=$work/generated/gpu-runtime-nvidia.yaml
    if output=$("$bin/gpu-runtime" cdi generate --vendor nvidia --output "$work/generated" 2>&1 && "$bin/gpu-runtime" cdi validate "$spec" 2>&1); then
        report ok 'cdi generate: a valid specification' "$(printf '%s\n' "$output" | head -n 1)"
    else
        report failed 'cdi generate: a valid specification' "$output"
        return
    fi
    # Under another kind it is no GPU of this host's to the runtime, which then applies it as any engine would, with its hook.
    mkdir -m 0755 "$work/specs"
    sed 's|^kind: .*|kind: gpu-test.example/gpu|' "$spec" >"$work/specs/gpu-test.yaml"
    grants "by CDI, index $first_index" "$first_node" "$first_uuid" "NVIDIA_VISIBLE_DEVICES=gpu-test.example/gpu=$first_index"
    grants 'by CDI, all' "$all_nodes" "$all_uuids" NVIDIA_VISIBLE_DEVICES=gpu-test.example/gpu=all
}
by_cdi

by_limit() { # The strongest tier that this host has; the least is enough here.
    local limit=2048 full=$GPU_RUNTIME_CONFIG holder=gpu-test-$$-holder filled
    sed 's|^  "cdi"|  "limits": { "minimumTier": "cooperative" },\n&|' "$full" >"$work/limits.json"
    if [ -n "$simulated" ]; then
        mkdir -p -m 0700 "$work/state"
        ls "$proc/driver/nvidia/gpus" | sed 's/.*/gpu & 85899345920/' >"$work/state/nvidia-gpus"
    elif ! output=$("$bin/gpu-runtime" devices --refresh 2>&1); then
        report failed 'devices --refresh: how much memory each GPU has' "$output"
        return
    fi
    local GPU_RUNTIME_CONFIG=$work/limits.json

    container "GPU_RUNTIME_GPUS=nvidia:$first_index,memory=${limit}MiB" -- cuda-probe fill
    tier=$(grep -o 'GPU_RUNTIME_MEMORY_TIER=[a-z]*' "$bundle/config.json")
    check="memory=${limit}MiB: CUDA has no more than that (${tier:-no tier})"
    filled=$(printf '%s\n' "$output" | sed -n 's/^filled \([0-9]*\) MiB of .*OUT_OF_MEMORY$/\1/p')
    if [ -n "$simulated" ]; then
        if [ -n "$tier" ]; then report ok "$check" 'computing needs a real GPU'; else report failed "$check" "exit $code: $output"; fi
    elif [ "$tier" = GPU_RUNTIME_MEMORY_TIER=hardware ]; then
        report skipped "$check" "the instance is larger than the limit: $output"
    elif [ -n "$filled" ] && [ "$filled" -gt 0 ] && [ "$filled" -le $limit ]; then
        report ok "$check" "$output"
    else
        report failed "$check" "exit $code: $output"
    fi
    container "GPU_RUNTIME_GPUS=nvidia:$first_index,memory=${limit}MiB" -- nvidia-smi
    if [ -n "$simulated" ] || [ "$tier" != GPU_RUNTIME_MEMORY_TIER=cooperative ]; then
        report skipped "memory=${limit}MiB: nvidia-smi shows the limit" "${tier:-no tier}"
    elif [[ $output == *"/ ${limit}MiB"* || $output == *"/  ${limit}MiB"* ]]; then
        report ok "memory=${limit}MiB: nvidia-smi shows the limit" ''
    else
        report failed "memory=${limit}MiB: nvidia-smi shows the limit" "exit $code: $output"
    fi

    write_bundle "$work/holder" "$(words cuda-probe nodes)" "$(words "GPU_RUNTIME_GPUS=nvidia:$first_index,mode=exclusive")"
    # Into a file: the container keeps what its creator wrote to, and would keep a pipe's reader waiting.
    if ! runtime create --bundle "$work/holder" "$holder" </dev/null >"$work/holder.log" 2>&1; then
        report failed 'mode=exclusive: a free GPU is given' "$(cat "$work/holder.log")"
        return
    fi
    report ok 'mode=exclusive: a free GPU is given' "$("$bin/gpu-runtime" allocations 2>&1 | tail -n 1)"
    fails 'mode=exclusive: nobody else gets that GPU, and reads who has it' "GRT2009.*$holder" "GPU_RUNTIME_GPUS=nvidia:$first_index"
    runtime delete --force "$holder" >/dev/null 2>&1
    container "GPU_RUNTIME_GPUS=nvidia:$first_index,mode=exclusive" -- cuda-probe nodes
    same 'mode=exclusive: the GPU is free once its holder is deleted' "$first_node" "$(gpu_nodes "$output")"
}
by_limit

container NVIDIA_VISIBLE_DEVICES=all -- cuda-probe nodes
cp "$bundle/config.json" "$work/once.json"
output=$(runtime run --bundle "$bundle" "gpu-test-$$-again" </dev/null 2>&1)
code=$?
if [ $code = 0 ] && cmp -s "$work/once.json" "$bundle/config.json"; then
    report ok 'the same bundle again: config.json does not grow' ''
else
    report failed 'the same bundle again: config.json does not grow' "exit $code: $output"
fi

container -- cuda-probe open 195 "${first_node#/dev/nvidia}"
case $output in
    *'not permitted'*) report ok 'a GPU that was not granted: the device cgroup refuses it' "$output" ;;
    *)
        if [ ${#runtime_flags[@]} -gt 0 ]; then
            report skipped 'a GPU that was not granted: the device cgroup refuses it' 'there are no cgroups to enforce it'
        else
            report failed 'a GPU that was not granted: the device cgroup refuses it' "$output"
        fi ;;
esac

print_table
[ $failures = 0 ]
