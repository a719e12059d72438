#!/bin/bash
# What a container start costs over bare runc: create + start + delete of a static program, on a simulated host with 8 GPUs.
# Rows are measured in turn, round by round and in alternating order, so that noise hits all alike. Times never fail this script.
# Set BENCH_ROUNDS, BENCH_RUNS (runs of each row in a round), RUNC to change what is measured.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(id -u)" = 0 ] || exec sudo env "PATH=$PATH" "BENCH_ROUNDS=${BENCH_ROUNDS:-}" "BENCH_RUNS=${BENCH_RUNS:-}" "RUNC=${RUNC:-}" "$0" "$@"
# What is mounted for these measurements is nobody else's.
[ -n "${BENCH_OWN_MOUNTS:-}" ] || exec env BENCH_OWN_MOUNTS=1 unshare --mount --propagation private "$0" "$@"

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
rounds=${BENCH_ROUNDS:-20}
runs=${BENCH_RUNS:-5}
runc=$(command -v "${RUNC:-runc}")
bin=$PWD/artifacts/bin
shim=$bin/gpu-runtime
test_hosts=(dotnet artifacts/obj/bin/GpuRuntime.TestHosts/release/gpu-runtime-test-hosts.dll)
. tests/bench/tables.sh

work=$(mktemp -d)
# Engines keep bundles and state on a tmpfs (/run); images and the driver lie on the disk.
bundles=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
# What is mounted there goes first: what it stands for stays.
trap 'awk -v work="$work/" -v bundles="$bundles/" '"'"'index($5, work) == 1 || index($5, bundles) == 1 { print $5 }'"'"' /proc/self/mountinfo | sort -r | xargs --no-run-if-empty umount --lazy; rm -rf --one-file-system "$work" "$bundles"' EXIT

# ---- What is measured ----
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$work/cycle" tests/bench/cycle.c
echo "#include <unistd.h>
int main(int count, char **arguments) { (void)count; arguments[0] = \"$runc\"; execv(arguments[0], arguments); return 1; }" | gcc -O2 -static -s -x c -o "$work/becomes-runc" -
echo 'int main(void) { return 0; }' | gcc -O2 -static -s -x c -o "$work/true-static" -

"${test_hosts[@]}" nvidia "$work/host" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
"${test_hosts[@]}" rootfs busybox "$work/root" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
cp "$work/true-static" "$work/root/bin/"

"${test_hosts[@]}" host many-partitions "$work/many" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
sizes=(1 2 16)
for size in "${sizes[@]}"; do "${test_hosts[@]}" nvidia "$work/host-$size" --gpus "$size" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; done

# The ledger is where it is by default, in a /run of our own: start and delete read no further configuration then.
mount -t tmpfs -o mode=755 tmpfs /run
config() { # FILE FURTHER-MEMBERS [HOST]
    local host=$work/${3:-host}
    cat >"$1" <<END
{
  $2
  "host": { "dev": "$host/dev", "proc": "$host/proc", "sys": "$host/sys", "driver": "$host/driver" }
}
END
}
# The default choice of a runtime, as most hosts have it: the first runc on PATH is the one that is measured.
mkdir "$work/path" "$work/no-op"
ln -s "$runc" "$work/path/runc"
ln -s "$work/true-static" "$work/no-op/runc"
PATH=$work/path:$PATH
specs="\"cdi\": { \"specDirs\": [\"$work/specs\"] },"
config "$work/with-runc.json" "$specs"
config "$work/with-no-op.json" "\"lowLevelRuntimes\": [\"$work/true-static\"], $specs"
config "$work/many-partitions.json" "\"lowLevelRuntimes\": [\"$work/true-static\"]," many
for size in "${sizes[@]}"; do config "$work/size-$size.json" "\"lowLevelRuntimes\": [\"$work/true-static\"]," "host-$size"; done

# Each bundle has a root of its own, and the config.json that every start begins from.
bundle() { # NAME [NAME=VALUE of the environment | CAP_NAME | hook PROGRAM]...
    local name=$1 environment=() item
    shift
    while [ $# -gt 0 ]; do
        item=$1
        shift
        case $item in
            hook) environment+=(--prestart "$1" "$work/with-runc.json"); shift ;;
            CAP_*) environment+=(--capability "$item") ;;
            *) environment+=(--env "$item") ;;
        esac
    done
    cp -a "$work/root" "$work/$name.root"
    "${test_hosts[@]}" bundle "$bundles/$name" --rootfs "$work/$name.root" "${environment[@]}" -- /bin/true-static >/dev/null
    cp "$bundles/$name/config.json" "$work/$name.json"
}
bundle none
bundle one NVIDIA_VISIBLE_DEVICES=0 NVIDIA_DRIVER_CAPABILITIES=utility,compute
bundle partition AMD_VISIBLE_DEVICES=0
bundle full NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=all
# The set that the vendor's toolkit mounts when it describes a host by CDI: no 32-bit libraries.
bundle native NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,video,display,ngx
# Docker's containers may make device nodes, which brings the hook that covers the driver's params file.
bundle mknod NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,video,display,ngx CAP_MKNOD
# The same by the prestart hook, and what any hook costs: a program that does nothing.
hook=$bin/gpu-runtime-hook
bundle hook-no-op hook "$work/true-static"
bundle hook-none hook "$hook"
bundle hook-one NVIDIA_VISIBLE_DEVICES=0 NVIDIA_DRIVER_CAPABILITIES=utility,compute hook "$hook"
bundle hook-native NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,video,display,ngx hook "$hook"
bundle hook-full NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=all hook "$hook"

# What an engine makes of our specification, and a specification that is no GPU's of this host to the runtime.
GPU_RUNTIME_CONFIG=$work/with-runc.json "$shim" cdi generate --output "$work/generated" >/dev/null
mkdir -m 0755 "$work/specs"
sed 's|^kind: .*|kind: bench.example/gpu|' "$work/generated/gpu-runtime-nvidia.yaml" >"$work/specs/bench.yaml"
bundle cdi NVIDIA_VISIBLE_DEVICES=bench.example/gpu=all

mounts() { grep -o '"destination"' "$1" | wc -l; }
for name in one full native mknod cdi; do
    GPU_RUNTIME_CONFIG=$work/with-no-op.json "$work/cycle" --create-only "$work/$name.json" "$shim" "$bundles/runc" "$bundles/$name" "bench-$name" >/dev/null
    cp -a "$bundles/$name" "$bundles/$name-edited"
    cp "$bundles/$name/config.json" "$work/$name-edited.json"
    declare "added_$name=$(($(mounts "$work/$name-edited.json") - $(mounts "$work/$name.json")))"
done
# shellcheck disable=SC2154  # declared above
if [ "$added_full" -lt 34 ]; then
    echo "bench: the full driver set added $added_full mounts; at least 34 are needed for a comparison" >&2
    exit 1
fi

# The same files in one directory, prepared beforehand, instead of a mount for each: bound there, so that they are the host's, or copied. They are not
# where programs look for them then; this is what runc alone would take for it.
prepared=$bundles/prepared copied=$bundles/copied
mkdir "$prepared" "$copied"
tree_files=0
while read -r file; do
    [ -f "$file" ] || continue
    tree_files=$((tree_files + 1))
    touch "$prepared/$tree_files"
    mount --bind "$file" "$prepared/$tree_files"
    cp "$file" "$copied/$tree_files"
done < <(jq --raw-output --arg driver "$work/host/driver/" '.mounts[] | select(.source // "" | startswith($driver)).source' "$work/native-edited.json")
in_one() { # NAME DIRECTORY BIND
    cp -a "$bundles/native-edited" "$bundles/$1"
    jq --arg driver "$work/host/driver/" --arg directory "$2" --arg bind "$3" '
        .mounts |= map(select(.source // "" | startswith($driver) | not)) + [{ destination: "/usr/lib/prepared", type: "none", source: $directory, options: [$bind, "ro", "nosuid", "nodev"] }]
    ' "$work/native-edited.json" >"$work/$1.json"
    cp "$work/$1.json" "$bundles/$1/config.json"
}
in_one tree "$prepared" rbind
in_one copies "$copied" bind

declare -A asked=([none]='no GPU asked for' [one]="1 GPU, utility+compute ($added_one mounts)" [full]="8 GPUs, all capabilities ($added_full mounts)" [native]="8 GPUs, all but 32-bit ($added_native mounts)" [mknod]="8 GPUs, all but 32-bit, CAP_MKNOD (and the hook)")

# ---- Rows: label | budget over runc | bundle | runtime ----
# shellcheck disable=SC2154
rows=(
    "runc||none|$runc"
    "a static program in C that becomes runc||none|$work/becomes-runc"
    "gpu-runtime, ${asked[none]}|+6 %|none|$shim"
    "runc, config.json already edited for 1 GPU||one-edited|$runc"
    "gpu-runtime, ${asked[one]}||one|$shim"
    "runc, config.json already edited for 8 GPUs||full-edited|$runc"
    "gpu-runtime, ${asked[full]}|+25 %|full|$shim"
    "runc, config.json already edited, all but 32-bit||native-edited|$runc"
    "gpu-runtime, ${asked[native]}|+25 %|native|$shim"
    "runc, $tree_files of these files by one recursive bind of a tree of binds||tree|$runc"
    "runc, $tree_files of these files by one bind of a directory of copies||copies|$runc"
    "gpu-runtime, ${asked[mknod]}|+25 %|mknod|$shim"
    "runc, a hook that does nothing||hook-no-op|$runc"
    "gpu-runtime-hook, ${asked[none]}||hook-none|$runc"
    "gpu-runtime-hook, ${asked[one]}|+16 %|hook-one|$runc"
    "gpu-runtime-hook, ${asked[native]}||hook-native|$runc"
    "gpu-runtime-hook, ${asked[full]}||hook-full|$runc"
    "runc, edited by our CDI specification ($added_cdi mounts, its hook)||cdi-edited|$runc"
    "gpu-runtime, a CDI specification of the same in YAML||cdi|$shim"
)

echo "kernel $(uname -r), $(nproc) CPUs, $("$runc" --version | head -n 1), $rounds rounds of $runs runs a row"
echo
cycles=()
for row in "${rows[@]}"; do
    IFS='|' read -r label budget bundle runtime <<<"$row"
    cycles+=("$label|$budget|$work/cycle $work/$bundle.json $runtime $bundles/runc $bundles/$bundle bench-$bundle")
done
GPU_RUNTIME_CONFIG=$work/with-runc.json measure cycle 'create + start + delete' "$rounds" "$runs" "${cycles[@]}"

creates=("the no-op program||$work/cycle --create-only $work/none.json $work/true-static $bundles/runc $bundles/none bench-none")
for name in none one full; do
    creates+=("gpu-runtime, ${asked[$name]}||$work/cycle --create-only $work/$name.json $shim $bundles/runc $bundles/$name bench-$name")
done
GPU_RUNTIME_CONFIG=$work/with-runc.json PATH=$work/no-op:$PATH measure create 'create alone, the low-level runtime being a no-op program' "$rounds" "$runs" "${creates[@]}"

# Containers that live, as far as anybody can see: the low-level runtime's state names this script's process.
bundle holder GPU_RUNTIME_GPUS=1 NVIDIA_DRIVER_CAPABILITIES=utility
holders=(0 10 100 1000)
read -ra own_status </proc/$$/stat
for number in "${holders[@]}"; do
    config "$work/held-$number.json" "\"lowLevelRuntimes\": [\"$work/true-static\"], \"stateDirectory\": \"$bundles/held-$number\","
    for ((i = 0; i < number; i++)); do
        mkdir -p "$bundles/holders-$number/c$i"
        echo "{\"id\":\"c$i\",\"init_process_pid\":$$,\"init_process_start\":${own_status[21]}}" >"$bundles/holders-$number/c$i/state.json"
        cp "$work/holder.json" "$bundles/holder/config.json"
        GPU_RUNTIME_CONFIG=$work/held-$number.json "$shim" --root "$bundles/holders-$number" create --bundle "$bundles/holder" "c$i"
    done
done
for name in one full; do
    ledgers=()
    for number in "${holders[@]}"; do
        budget=
        [ "$number" != 1000 ] || budget='+1 ms'
        ledgers+=("$number containers hold GPUs|$budget|/usr/bin/env GPU_RUNTIME_CONFIG=$work/held-$number.json $work/cycle --create-only $work/$name.json $shim $bundles/runc $bundles/$name bench-$name")
    done
    measure "ledger-$name" "create alone, ${asked[$name]}" "$rounds" "$runs" "${ledgers[@]}"
done

alone() { echo "/usr/bin/env GPU_RUNTIME_CONFIG=$work/$1.json $work/cycle --create-only $work/$2.json $shim $bundles/runc $bundles/$2 bench-$2"; }
discoveries=("no GPU asked for, lowLevelRuntimes set||$(alone size-1 none)")
for size in "${sizes[@]}"; do discoveries+=("1 GPU of $size||$(alone "size-$size" one)"); done
measure discovery 'create alone, by the size of the host' "$rounds" "$runs" "${discoveries[@]}" \
    "no GPU asked for, lowLevelRuntimes set, 16 AMD GPUs of 8 partitions each||$(alone many-partitions none)" \
    "1 partition of these 128|+10 ms|$(alone many-partitions partition)"

echo 'peak memory of gpu-runtime create, KiB (largest of 10)'
{
    printf 'label\tkibibytes\n'
    for name in none one full; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            GPU_RUNTIME_CONFIG=$work/with-runc.json PATH=$work/no-op:$PATH "$work/cycle" --create-only "$work/$name.json" "$shim" "$bundles/runc" "$bundles/$name" "bench-$name"
        done | sort -n | tail -n 1 | xargs printf '%s\t%d\n' "gpu-runtime, ${asked[$name]}"
    done
} >"$work/table"
awk -F '\t' 'NR > 1 { printf "%-62s %8d\n", $1, $2 }' "$work/table"
keep memory 'peak memory of gpu-runtime create, largest of 10' <"$work/table"

echo
echo 'executables, bytes'
{
    printf 'label\tbytes\n'
    for name in gpu-runtime gpu-runtime-hook gpu-runtime-agent; do printf '%s\t%d\n' "$name" "$(stat -c %s "$bin/$name")"; done
} >"$work/table"
awk -F '\t' 'NR > 1 { printf "%-62s %8d\n", $1, $2 }' "$work/table"
keep executables 'executables' <"$work/table"
(cd "$bin" && file gpu-runtime gpu-runtime-hook gpu-runtime-agent | sed 's/, BuildID[^,]*//')
echo

. tests/bench/podman.sh
. tests/bench/peers.sh
