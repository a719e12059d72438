#!/bin/bash
# What a container start costs over bare runc: create + start + delete of a static program, on a simulated host with 8 GPUs.
# Rows are measured in turn, round by round and in alternating order, so that noise hits all alike. Times never fail this script.
# Set BENCH_ROUNDS, BENCH_RUNS (runs of each row in a round), RUNC to change what is measured.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(id -u)" = 0 ] || exec sudo env "PATH=$PATH" "BENCH_ROUNDS=${BENCH_ROUNDS:-}" "BENCH_RUNS=${BENCH_RUNS:-}" "RUNC=${RUNC:-}" "$0" "$@"

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
rounds=${BENCH_ROUNDS:-20}
runs=${BENCH_RUNS:-5}
runc=$(command -v "${RUNC:-runc}")
bin=$PWD/artifacts/bin
shim=$bin/gpu-runtime
test_hosts=(dotnet artifacts/obj/bin/GpuRuntime.TestHosts/release/gpu-runtime-test-hosts.dll)

work=$(mktemp -d)
# Engines keep bundles and state on a tmpfs (/run); images and the driver lie on the disk.
bundles=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$work" "$bundles"' EXIT

# ---- What is measured ----
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$work/cycle" tests/bench/cycle.c
echo 'int main(void) { return 0; }' | gcc -O2 -static -s -x c -o "$work/true-static" -

"${test_hosts[@]}" nvidia "$work/host" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
"${test_hosts[@]}" rootfs busybox "$work/root" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
cp "$work/true-static" "$work/root/bin/"

"${test_hosts[@]}" host many-partitions "$work/many" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

config() { # FILE FURTHER-MEMBER [HOST]
    local host=$work/${3:-host}
    cat >"$1" <<END
{
  "host": { "dev": "$host/dev", "proc": "$host/proc", "sys": "$host/sys", "driver": "$host/driver" },
  $2
  "stateDirectory": "$bundles/state"
}
END
}
# The default choice of a runtime, as most hosts have it: the first runc on PATH is the one that is measured.
mkdir "$work/path"
ln -s "$runc" "$work/path/runc"
PATH=$work/path:$PATH
specs="\"cdi\": { \"specDirs\": [\"$work/specs\"] },"
config "$work/with-runc.json" "$specs"
config "$work/with-no-op.json" "\"lowLevelRuntimes\": [\"$work/true-static\"], $specs"
config "$work/many-partitions.json" "\"lowLevelRuntimes\": [\"$work/true-static\"]," many

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

declare -A asked=([none]='no GPU asked for' [one]="1 GPU, utility+compute ($added_one mounts)" [full]="8 GPUs, all capabilities ($added_full mounts)" [native]="8 GPUs, all but 32-bit ($added_native mounts)" [mknod]="8 GPUs, all but 32-bit, CAP_MKNOD (and the hook)")

# ---- Rows: label | budget over runc | bundle | runtime ----
# shellcheck disable=SC2154
rows=(
    "runc||none|$runc"
    "gpu-runtime, ${asked[none]}|+6 %|none|$shim"
    "runc, config.json already edited for 1 GPU||one-edited|$runc"
    "gpu-runtime, ${asked[one]}||one|$shim"
    "runc, config.json already edited for 8 GPUs||full-edited|$runc"
    "gpu-runtime, ${asked[full]}|+25 %|full|$shim"
    "runc, config.json already edited, all but 32-bit||native-edited|$runc"
    "gpu-runtime, ${asked[native]}|+25 %|native|$shim"
    "gpu-runtime, ${asked[mknod]}|+25 %|mknod|$shim"
    "runc, a hook that does nothing||hook-no-op|$runc"
    "gpu-runtime-hook, ${asked[none]}||hook-none|$runc"
    "gpu-runtime-hook, ${asked[one]}|+16 %|hook-one|$runc"
    "gpu-runtime-hook, ${asked[native]}||hook-native|$runc"
    "gpu-runtime-hook, ${asked[full]}||hook-full|$runc"
    "runc, edited by our CDI specification ($added_cdi mounts, its hook)||cdi-edited|$runc"
    "gpu-runtime, a CDI specification of the same in YAML||cdi|$shim"
)

# measure SERIES ROUNDS ROW...: medians in one table. A row: label | budget | command
measure() {
    local series=$1 count=$2 round i order
    shift 2
    local labels=() budgets=() commands=() label budget command
    for row; do
        IFS='|' read -r label budget command <<<"$row"
        labels+=("$label") budgets+=("$budget") commands+=("$command")
    done
    for ((round = 1; round <= count; round++)); do
        order=("${!commands[@]}")
        if ((round % 2 == 0)); then
            mapfile -t order < <(printf '%s\n' "${order[@]}" | sort -rn)
        fi
        local arguments=()
        for i in "${order[@]}"; do arguments+=(-n "row $i" "${commands[i]}"); done
        hyperfine --shell=none --style none --warmup 1 --runs "$runs" --export-json "$work/$series-$round.json" "${arguments[@]}" \
            >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    done
    # hyperfine's JSON has one value a line.
    awk -v labels="$(IFS='|'; echo "${labels[*]}")" -v budgets="$(IFS='|'; echo "${budgets[*]}")" '
        function median(values, count,    i, j, swap) {
            for (i = 2; i <= count; i++)
                for (j = i; j > 1 && values[j - 1] > values[j]; j--) { swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap }
            return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
        }
        FNR == 1 { round++ }
        /"command":/ { match($0, /row [0-9]+/); row = substr($0, RSTART + 4, RLENGTH - 4) + 0 }
        /"times": \[/ { reading = 1; next }
        /\]/ { reading = 0 }
        reading { gsub(/[ ,]/, ""); all[row, ++count[row]] = $0 * 1000; in_round[row, round, ++here[row, round]] = $0 * 1000 }
        END {
            rows = split(labels, label, "|"); split(budgets, budget, "|")
            for (row = 0; row < rows; row++) {
                for (r = 1; r <= round; r++) {
                    for (i = 1; i <= here[row, r]; i++) values[i] = in_round[row, r, i]
                    of_round[row, r] = median(values, here[row, r])
                    ratio[r] = of_round[row, r] / of_round[0, r]
                }
                for (i = 1; i <= count[row]; i++) values[i] = all[row, i]
                printf "%-62s %8.1f %8.3f  %s\n", label[row + 1], median(values, count[row]), median(ratio, round), budget[row + 1]
            }
        }' "$work/$series"-*.json
}

echo "kernel $(uname -r), $(nproc) CPUs, $("$runc" --version | head -n 1), $rounds rounds of $runs runs a row"
echo
printf '%-62s %8s %8s  %s\n' 'create + start + delete' 'ms' 'ratio' 'budget'
cycles=()
for row in "${rows[@]}"; do
    IFS='|' read -r label budget bundle runtime <<<"$row"
    cycles+=("$label|$budget|$work/cycle $work/$bundle.json $runtime $bundles/runc $bundles/$bundle bench-$bundle")
done
GPU_RUNTIME_CONFIG=$work/with-runc.json measure cycle "$rounds" "${cycles[@]}"

echo
printf '%-62s %8s %8s\n' 'create alone, the low-level runtime being a no-op program' 'ms' 'ratio'
creates=("the no-op program||$work/cycle --create-only $work/none.json $work/true-static $bundles/runc $bundles/none bench-none")
for name in none one full; do
    creates+=("gpu-runtime, ${asked[$name]}||$work/cycle --create-only $work/$name.json $shim $bundles/runc $bundles/$name bench-$name")
done
GPU_RUNTIME_CONFIG=$work/with-no-op.json measure create "$rounds" "${creates[@]}"

# A thousand containers that live, as far as anybody can see: the low-level runtime's state names this script's process.
bundle holder GPU_RUNTIME_GPUS=1 NVIDIA_DRIVER_CAPABILITIES=utility
holders=1000
sed "s|$bundles/state|$bundles/held|" "$work/with-no-op.json" >"$work/held.json"
sed "s|$bundles/state|$bundles/unheld|" "$work/with-no-op.json" >"$work/unheld.json"
read -ra own_status </proc/$$/stat
for ((i = 0; i < holders; i++)); do
    mkdir -p "$bundles/holders/c$i"
    echo "{\"id\":\"c$i\",\"init_process_pid\":$$,\"init_process_start\":${own_status[21]}}" >"$bundles/holders/c$i/state.json"
    cp "$work/holder.json" "$bundles/holder/config.json"
    GPU_RUNTIME_CONFIG=$work/held.json "$shim" --root "$bundles/holders" create --bundle "$bundles/holder" "c$i"
done
echo
printf '%-62s %8s %8s  %s\n' "create alone, while $(find "$bundles/held/allocations" -name 'c*.json' | wc -l) containers hold GPUs, or none does" 'ms' 'ratio' 'budget'
for name in one full; do
    measure "holders-$name" "$rounds" \
        "gpu-runtime, ${asked[$name]}, no container||/usr/bin/env GPU_RUNTIME_CONFIG=$work/unheld.json $work/cycle --create-only $work/$name.json $shim $bundles/runc $bundles/$name bench-$name" \
        "gpu-runtime, ${asked[$name]}, $holders containers|+1 ms|/usr/bin/env GPU_RUNTIME_CONFIG=$work/held.json $work/cycle --create-only $work/$name.json $shim $bundles/runc $bundles/$name bench-$name"
done

echo
printf '%-62s %8s %8s  %s\n' 'the same on a host with 16 AMD GPUs of 8 partitions each' 'ms' 'ratio' 'budget'
GPU_RUNTIME_CONFIG=$work/many-partitions.json measure discovery "$rounds" \
    "gpu-runtime, no GPU asked for||$work/cycle --create-only $work/none.json $shim $bundles/runc $bundles/none bench-none" \
    "gpu-runtime, one partition of 128 (all are discovered)|+10 ms|$work/cycle --create-only $work/partition.json $shim $bundles/runc $bundles/partition bench-partition"

echo
echo 'peak memory of gpu-runtime create, KiB (largest of 10)'
for name in none one full; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        GPU_RUNTIME_CONFIG=$work/with-no-op.json "$work/cycle" --create-only "$work/$name.json" "$shim" "$bundles/runc" "$bundles/$name" "bench-$name"
    done | sort -n | tail -n 1 | xargs printf '%-62s %8d\n' "gpu-runtime, ${asked[$name]}"
done

echo
echo 'executables, bytes'
for name in gpu-runtime gpu-runtime-hook gpu-runtime-agent; do
    printf '%-62s %8d\n' "$name" "$(stat -c %s "$bin/$name")"
done
(cd "$bin" && file gpu-runtime gpu-runtime-hook gpu-runtime-agent | sed 's/, BuildID[^,]*//')
