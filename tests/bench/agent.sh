#!/bin/bash
# What the agent costs on a host of 16 GPUs and 500 containers of 10 processes each: the time of a scrape, its memory, and its share of a core at one
# sample a second. The host is simulated, NVIDIA's library is a stand-in; the containers are in the real ledger. Times never fail this script.
# Set BENCH_SECONDS to change how long each row is measured, BENCH_CONTAINERS to have more or fewer.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(id -u)" = 0 ] || exec sudo env "PATH=$PATH" "BENCH_SECONDS=${BENCH_SECONDS:-}" "BENCH_CONTAINERS=${BENCH_CONTAINERS:-}" "$0" "$@"

seconds=${BENCH_SECONDS:-60}
containers=${BENCH_CONTAINERS:-500}
scrapes=20
bin=$PWD/artifacts/bin
test_hosts=(dotnet artifacts/obj/bin/GpuRuntime.TestHosts/release/gpu-runtime-test-hosts.dll)
. tests/bench/tables.sh

# procfs and sysfs are no disk.
work=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
agent=
trap '[ -z "$agent" ] || kill "$agent"; rm -rf "$work"' EXIT

echo 'int main(void) { return 0; }' | gcc -O2 -static -s -x c -o "$work/no-op" -
"${test_hosts[@]}" rootfs busybox "$work/root" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
"${test_hosts[@]}" bundle "$work/bundle" --rootfs "$work/root" --env GPU_RUNTIME_GPUS=1 --env NVIDIA_DRIVER_CAPABILITIES=utility -- /bin/true >"$work/log"
cp "$work/bundle/config.json" "$work/bundle.json"
read -ra own_status </proc/$$/stat

# hold HOST: containers that live, as far as anybody can see: the low-level runtime's state names this script's process.
hold() {
    local i id
    for ((i = 0; i < containers; i++)); do
        id=$(printf '%064x' "$i")
        mkdir -p "$work/runc/$id"
        echo "{\"id\":\"$id\",\"init_process_pid\":$$,\"init_process_start\":${own_status[21]}}" >"$work/runc/$id/state.json"
        cp "$work/bundle.json" "$work/bundle/config.json"
        GPU_RUNTIME_CONFIG=$1/config.json "$bin/gpu-runtime" --root "$work/runc" create --bundle "$work/bundle" "$id"
    done
}

# Clock ticks that the agent has used of a core.
ticks() {
    local status
    read -ra status <"/proc/$agent/stat"
    echo $((status[13] + status[14]))
}

# cost LABEL KIND USERS-OF-CONTAINER
cost() {
    local label=$1 host=$work/host before after resident socket=$work/socket url=http://localhost/metrics
    rm -rf "$host" "$socket" "$work/runc"
    "${test_hosts[@]}" monitored "$2" "$host" "$containers" "$3" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    cp "$work/no-op" "$host/no-op"
    hold "$host"
    GPU_RUNTIME_CONFIG=$host/config.json "$bin/gpu-runtime-agent" serve --listen "unix:$socket" >"$work/events" 2>"$work/agent.log" &
    agent=$!
    until curl --silent --fail --output /dev/null --unix-socket "$socket" http://localhost/metrics; do
        kill -0 "$agent" 2>/dev/null || { cat "$work/agent.log" >&2; exit 1; }
        sleep 0.2
    done
    # Not the first look at all processes.
    sleep 5
    before=$(ticks)
    sleep "$seconds"
    after=$(ticks)
    for ((i = 0; i < scrapes; i++)); do
        curl --silent --fail --output "$work/page" --write-out '%{time_total}\n' --unix-socket "$socket" "$url"
        sleep 0.37
    done | sort -n >"$work/times"
    resident=$(awk '/^VmRSS:/ { print $2 }' "/proc/$agent/status")
    for name in 'gpu_runtime_up' 'gpu_runtime_container_info'; do
        grep -c "^$name{" "$work/page" >"$work/$name" || true
    done
    awk -v label="$label" -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" -v seconds="$seconds" -v resident="$resident" -v page="$(stat -c %s "$work/page")" \
        '{ time[NR] = $1 * 1000 } END { printf "%s\t%.2f\t%.2f\t%.1f\t%.2f\t%d\n", label, time[int((NR + 1) / 2)], time[NR], resident / 1024, ticks / hertz / seconds * 100, page }' "$work/times" >"$work/row"
    awk -F '\t' '{ printf "%-46s %8.1f %8.1f %8.1f %8.2f %9d\n", $1, $2, $3, $4, $5, $6 }' "$work/row"
    cat "$work/row" >>"$work/table"
    [ "$(<"$work/gpu_runtime_up")" = 16 ] || { echo "bench: the agent tells of $(<"$work/gpu_runtime_up") GPUs where there are 16" >&2; exit 1; }
    kill "$agent"
    wait "$agent" || true
    agent=
}

echo "$(nproc) CPUs, $containers containers, $((containers * 10)) processes, $seconds seconds a row"
echo
printf '%-46s %8s %8s %8s %8s %9s\n' 'the agent, one sample a second' 'scrape' 'longest' 'MiB' '% core' 'page'
printf '%-46s %8s %8s %8s %8s %9s\n' '' 'ms' 'ms' 'resident' '' 'bytes'
printf '%-46s %8s %8s %8s %8s\n' 'budget' 50 '' 60 1
printf 'label\tscrapeMilliseconds\tlongestScrapeMilliseconds\tresidentMebibytes\tpercentOfCore\tpageBytes\n' >"$work/table"
cost "8 NVIDIA, 4 AMD, 4 Intel; $containers use GPUs" mixed 1
cost "16 AMD; $containers use GPUs" amd 1
cost "16 AMD; all use GPUs" amd 10
keep agent "gpu-runtime-agent, one sample a second, $containers containers, $((containers * 10)) processes, $seconds seconds a row" <"$work/table"
