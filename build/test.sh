#!/bin/sh
# Runs every test project and prints each failure, each skipped test with its reason, and last `N passed, N failed, N skipped`.
# A project that does not build, breaks off or has no test counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1

results=artifacts/test-results
rm -rf $results
mkdir -p $results

for project in tests/*.Tests/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    echo "== $name"
    dotnet test "$project" -m:1 -nodeReuse:false -nologo -v:quiet --results-directory $results \
        --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=quiet' \
        --blame-hang --blame-hang-timeout 15m --blame-hang-dump-type none >"$results/$name.log" 2>&1
    code=$?
    passed=0 failed=0 skipped=0
    if [ -s "$results/$name.trx" ]; then
        awk -v counts="$results/counts" -f build/test-results.awk "$results/$name.trx"
        read -r passed failed skipped <$results/counts
    fi
    if [ "$failed" = 0 ] && { [ "$code" != 0 ] || [ "$passed" = 0 ]; }; then
        cat "$results/$name.log"
        echo "   FAILED  $name did not run to its end: dotnet test exited with $code after $passed tests (its output is above)"
        failed=1
    fi
    echo "   $passed passed, $failed failed, $skipped skipped"
    echo "$passed $failed $skipped" >>$results/all
done

awk '{ passed += $1; failed += $2; skipped += $3 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit passed == 0 || failed > 0 }' $results/all >$results/summary
status=$?
cat $results/summary
exit $status
