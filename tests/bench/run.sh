#!/bin/bash
# `make bench`: every table, and all of them as JSON with what they were measured on, in artifacts/benchmark.json. KEEP=NAME keeps that file as
# docs/benchmarks/NAME.json too. BENCH_OUTPUT is another file, and what else bench.sh and agent.sh name changes how long it takes.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(id -u)" = 0 ] || exec sudo --preserve-env=BENCH_ROUNDS,BENCH_RUNS,BENCH_SECONDS,BENCH_CONTAINERS,BENCH_OUTPUT,RUNC,KEEP env "PATH=$PATH" "$0" "$@"

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
BENCH_PARTS=$(mktemp -d)
export BENCH_PARTS
trap 'rm -rf "$BENCH_PARTS"' EXIT
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)

BENCH_SERIES=1-create tests/bench/bench.sh
BENCH_SERIES=2-agent tests/bench/agent.sh

first_line() { "$@" 2>/dev/null | head -n 1; }
output=${BENCH_OUTPUT:-artifacts/benchmark.json}
jq --slurp \
    --arg began "$began" --arg ended "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --arg version "$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)" \
    --arg commit "$(git rev-parse HEAD 2>/dev/null || true)" \
    --arg changed "$(git status --porcelain -- src 2>/dev/null | head -n 1)" \
    --arg cpu "$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)" \
    --argjson cpus "$(nproc)" \
    --argjson memory "$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)" \
    --arg architecture "$(uname -m)" --arg kernel "$(uname -r)" \
    --arg distribution "$(. /etc/os-release && echo "$PRETTY_NAME")" \
    --arg virtualization "$(systemd-detect-virt --vm 2>/dev/null || true)" --arg container "$(systemd-detect-virt --container 2>/dev/null || true)" \
    --arg runc "$(first_line "${RUNC:-runc}" --version)" --arg podman "$(first_line podman --version)" --arg hyperfine "$(first_line hyperfine --version)" \
    '{
        began: $began, ended: $ended,
        gpuRuntime: { version: $version, commit: $commit, changedSince: ($changed != "") },
        machine: { cpu: $cpu, cpus: $cpus, memoryBytes: $memory, architecture: $architecture, kernel: $kernel, distribution: $distribution, virtualization: $virtualization, container: $container },
        programs: { runc: $runc, podman: $podman, hyperfine: $hyperfine },
        tables: .
    }' "$BENCH_PARTS"/*.json >"$output"
if [ -n "${KEEP:-}" ]; then
    mkdir -p docs/benchmarks
    cp "$output" "docs/benchmarks/$KEEP.json"
    output+=" and docs/benchmarks/$KEEP.json"
fi
echo
echo "The same as JSON, with what it was measured on: $output"
