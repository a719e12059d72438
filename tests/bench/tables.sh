# Sourced by what `make bench` runs: tables on standard output, and the same as JSON in $BENCH_PARTS, one file a table.
# shellcheck shell=bash

parts=${BENCH_PARTS:-}

# The tables' order is that in which they are kept.
table_number=0

# keep NAME TITLE: a table of tab-separated lines, of which the first names the columns. A cell that is a number becomes one, and an empty one is left out.
keep() {
    [ -n "$parts" ] || { cat >/dev/null; return; }
    table_number=$((table_number + 1))
    jq --raw-input --slurp --arg name "$1" --arg title "$2" '
        split("\n") | map(select(. != "") | split("\t")) | .[0] as $columns | {
            name: $name, title: $title,
            rows: [.[1:][] | [$columns, .] | transpose | map(select(.[1] != "") | { key: .[0], value: (.[1] | tonumber? // .) }) | from_entries]
        }' >"$parts/${BENCH_SERIES:-$(basename "$0" .sh)}-$(printf %02d "$table_number").json"
}

# measure NAME TITLE ROUNDS RUNS ROW...: medians in one table; times in milliseconds, ratios to the first row of the same round. A row: label | budget | command
measure() {
    local name=$1 title=$2 count=$3 runs=$4 round i order
    shift 4
    local labels=() budgets=() commands=() label budget command row
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
        hyperfine --shell=none --style none --warmup 1 --runs "$runs" --export-json "$work/$name-$round.json" "${arguments[@]}" \
            >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    done
    printf '%-62s %8s %8s  %s\n' "$title" ms ratio budget
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
            print "label\tmilliseconds\tratio\tleast\tmost\tbudget"
            for (row = 0; row < rows; row++) {
                for (r = 1; r <= round; r++) {
                    for (i = 1; i <= here[row, r]; i++) values[i] = in_round[row, r, i]
                    of_round[row, r] = median(values, here[row, r])
                    ratio[r] = of_round[row, r] / of_round[0, r]
                }
                for (i = 1; i <= count[row]; i++) values[i] = all[row, i]
                middle = median(values, count[row])
                printf "%s\t%.2f\t%.3f\t%.2f\t%.2f\t%s\n", label[row + 1], middle, median(ratio, round), values[1], values[count[row]], budget[row + 1]
            }
        }' "$work/$name"-[0-9]*.json >"$work/table"
    awk -F '\t' 'NR > 1 { printf "%-62s %8.1f %8.3f  %s\n", $1, $2, $3, $6 }' "$work/table"
    keep "$name" "$title" <"$work/table"
    echo
}
