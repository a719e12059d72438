#!/bin/sh
# Runs every test project and prints each failure, each skipped test with its reason, and last `N passed, N failed, N skipped`.
# A project that does not build, breaks off or has no test counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1

# Containers are root's business. What is built stays the caller's.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo --preserve-env=GPU_RUNTIME_HOSTS,GPU_RUNTIME_TEST_CACHE env "PATH=$PATH" "HOME=$HOME" DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
            DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$@"
    fi
}

results=artifacts/test-results
rm -rf $results
mkdir -p $results

for project in tests/*.Tests/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    echo "== $name (as it goes: tail -f $results/$name.log)"
    dotnet msbuild "$project" -restore -m:1 -nodeReuse:false -nologo -v:quiet >"$results/$name.log" 2>&1 &&
        as_root dotnet test "$project" --no-build -nologo -v:quiet --results-directory $results \
            --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=normal' \
            --blame-hang --blame-hang-timeout 15m --blame-hang-dump-type none >>"$results/$name.log" 2>&1
    code=$?
    passed=0 failed=0 skipped=0
    if [ -s "$results/$name.trx" ]; then
        awk -v counts="$results/counts" -f build/test-results.awk "$results/$name.trx"
        read -r passed failed skipped <$results/counts
    fi
    if [ "$failed" = 0 ] && { [ "$code" != 0 ] || [ "$passed" = 0 ]; }; then
        tail -n 100 "$results/$name.log"
        echo "   FAILED  $name did not run to its end: exit status $code after $passed tests (the end of its output is above)"
        failed=1
    fi
    echo "   $passed passed, $failed failed, $skipped skipped"
    echo "$passed $failed $skipped" >>$results/all
done

[ "$(id -u)" = 0 ] || as_root chown -R "$(id -u):$(id -g)" artifacts
awk '{ passed += $1; failed += $2; skipped += $3 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit passed == 0 || failed > 0 }' $results/all >$results/summary
status=$?
cat $results/summary
exit $status
