#!/bin/sh
# Fuzzes the readers of what others wrote: AFL++ changes inputs, SharpFuzz's instrumentation tells it what each of them reached (docs/fuzzing.md).
#   MINUTES=10       for all targets together; FUZZ_SECONDS instead of it for less than that
#   TARGET="x y"     these alone
#   PROGRAM=DIR      the built test project; without it, it is built
#   OUT=DIR          default artifacts/fuzz: DIR/findings/TARGET keeps what was found
# Exit status: 0 nothing found, 1 something found, 2 it went wrong, 3 a tool is missing.
set -eu
cd "$(dirname "$0")/.."

project=GpuRuntime.Fuzz.Tests
out=${OUT:-artifacts/fuzz}
# What is guided through: ours, and the parsers that ours stand on.
instrumented='GpuRuntime.Core GpuRuntime.Linux gpu-runtime-agent YamlDotNet Tomlyn'

if ! command -v afl-fuzz >/dev/null 2>&1; then
    echo 'afl-fuzz is not here (Debian package afl++)' >&2
    exit 3
fi
if ! restored=$(dotnet tool restore 2>&1); then
    echo "SharpFuzz's tool cannot be had: $restored" >&2
    exit 3
fi

if [ -z "${PROGRAM:-}" ]; then
    dotnet msbuild tests/$project -restore -p:Configuration=Release -m:1 -nodeReuse:false -nologo -v:quiet || exit 2
    PROGRAM=artifacts/obj/bin/$project/release
fi
rm -rf "$out/program" "$out/runs"
mkdir -p "$out/program" "$out/runs" "$out/findings"
cp -r "$PROGRAM/." "$out/program"
for assembly in $instrumented; do
    dotnet tool run sharpfuzz "$out/program/$assembly.dll" >"$out/instrumentation.log" 2>&1 || { cat "$out/instrumentation.log" >&2; exit 2; }
done

targets=${TARGET:-$(dotnet "$PROGRAM/$project.dll" targets)}
seconds=$((${FUZZ_SECONDS:-$((${MINUTES:-10} * 60))} / $(echo "$targets" | wc -w)))
[ "$seconds" -ge 2 ] || seconds=2

# The program is no binary of AFL's, the machine is not its own, and nobody looks at its screen.
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
# A machine under load starts programs slowly; a seed that breaks something is a finding like another.
export AFL_FORKSRV_INIT_TMOUT=120000 AFL_CRASHING_SEEDS_AS_NEW_CRASH=1
# Inputs are small: whoever asks for more than this is broken.
export DOTNET_GCHeapHardLimit=0x20000000 DOTNET_gcConcurrent=0

stat() { sed -n "s/^$1 *: //p" "$out/runs/$target/default/fuzzer_stats"; }

found=0
printf '%-16s %12s %8s %12s %8s %6s\n' TARGET EXECUTIONS EDGES 'NEW INPUTS' CRASHES HANGS
for target in $targets; do
    afl-fuzz -V "$seconds" -G 4096 -t 10000 -m none -s 1 -i "tests/$project/corpus/$target" -o "$out/runs/$target" \
        -- dotnet "$out/program/$project.dll" guided "$target" >"$out/runs/$target.log" 2>&1 || true
    if [ ! -s "$out/runs/$target/default/fuzzer_stats" ]; then
        tail -n 20 "$out/runs/$target.log" >&2
        echo "$target could not be fuzzed (the end of afl-fuzz's output is above)" >&2
        exit 2
    fi
    printf '%-16s %12s %8s %12s %8s %6s\n' "$target" "$(stat execs_done)" "$(stat edges_found)" "$(stat corpus_found)" "$(stat saved_crashes)" "$(stat saved_hangs)"
    told=0
    for input in "$out/runs/$target/default/crashes/id:"* "$out/runs/$target/default/hangs/id:"*; do
        [ -f "$input" ] || continue
        found=1
        mkdir -p "$out/findings/$target"
        kept=$out/findings/$target/$(sha256sum "$input" | cut -c1-16)
        cp "$input" "$kept"
        told=$((told + 1))
        # More of them are mostly the same in other words.
        [ "$told" -gt 3 ] || timeout 60 dotnet "$PROGRAM/$project.dll" replay "$target" "$kept" 2>&1 | head -n 20
    done
done
exit $found
