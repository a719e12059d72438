# Sourced by bench.sh: the vendors' runtimes that are on PATH, beside ours, on this machine's own GPUs. They know no simulated host.
# shellcheck shell=bash disable=SC2154  # $work, $shim and others are bench.sh's

peer() { # PROGRAM VARIABLE VENDOR
    local program=$1 variable=$2 vendor=$3 path rows
    path=$(command -v "$program") || { echo "$program is not on PATH, and not measured"; return; }
    bundle "peer-none-$program"
    rows=(
        "runc||$work/cycle $work/peer-none-$program.json $runc $bundles/runc $bundles/peer-none-$program bench-peer"
        "gpu-runtime, no GPU asked for||$work/cycle $work/peer-none-$program.json $shim $bundles/runc $bundles/peer-none-$program bench-peer"
        "$program, no GPU asked for||$work/cycle $work/peer-none-$program.json $path $bundles/runc $bundles/peer-none-$program bench-peer"
    )
    if "$shim" devices 2>/dev/null | grep -q "^$vendor:"; then
        bundle "peer-all-$program" "$variable=all" NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,video,display,ngx
        rows+=(
            "gpu-runtime, all GPUs of this machine||$work/cycle $work/peer-all-$program.json $shim $bundles/runc $bundles/peer-all-$program bench-peer"
            "$program, all GPUs of this machine||$work/cycle $work/peer-all-$program.json $path $bundles/runc $bundles/peer-all-$program bench-peer"
        )
    else
        echo "this machine has no GPU of this vendor with a driver: $program is measured without GPUs"
    fi
    measure "peer-$program" "beside $program: create + start + delete" "$rounds" "$runs" "${rows[@]}"
}
# Each by its own configuration.
unset GPU_RUNTIME_CONFIG
peer nvidia-container-runtime NVIDIA_VISIBLE_DEVICES nvidia
peer amd-container-runtime AMD_VISIBLE_DEVICES amd
echo
