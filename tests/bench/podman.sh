# Sourced by bench.sh: podman by itself, with CDI, and with ours; `podman run --rm` of a static program, from its start to its end.
# shellcheck shell=bash disable=SC2154  # $work, $shim and others are bench.sh's

# It has no daemon, and reads CDI specifications from /etc/cdi alone.
mkdir "$work/etc" "$work/etc-work" "$work/podman"
mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
mkdir -p /etc/cdi /etc/gpu-runtime
# The newest version that Debian 12's podman reads.
GPU_RUNTIME_CONFIG=$work/with-runc.json "$shim" cdi generate --cdi-version 0.5.0 --output /etc/cdi >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
# What podman starts does not get its environment.
cp "$work/with-runc.json" /etc/gpu-runtime/config.json
# Its default limits need CAP_SYS_RESOURCE.
cat >"$work/podman/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1000:1000", "nproc=1000:1000"]
log_driver = "none"
[engine]
events_logger = "none"
lock_type = "file"
volume_path = "$work/podman/volumes"
hooks_dir = ["$work/podman/hooks"]
END
mkdir "$work/podman/hooks"
podman() { CONTAINERS_CONF=$work/podman/containers.conf command podman "${podman_roots[@]}" "$@"; }
podman_roots=(--root "$work/podman/root" --runroot "$work/podman/run" --tmpdir "$work/podman/tmp" --cgroup-manager cgroupfs)
tar -C "$work/root" -c . | podman import - bench >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

run() { # RUNTIME OPTION...
    local runtime=$1
    shift
    echo "/usr/bin/env CONTAINERS_CONF=$work/podman/containers.conf podman ${podman_roots[*]} --runtime $runtime run --rm --network none $* bench /bin/true-static"
}
gpus='--env NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics,video,display,ngx --env NVIDIA_VISIBLE_DEVICES='
measure podman 'podman run --rm' "$rounds" "$runs" \
    "podman with runc||$(run "$runc")" \
    "podman with gpu-runtime, no GPU asked for||$(run "$shim")" \
    "podman with runc, our CDI specification, 1 GPU||$(run "$runc" --device nvidia.com/gpu=0)" \
    "podman with gpu-runtime, 1 GPU||$(run "$shim" "${gpus}0")" \
    "podman with runc, our CDI specification, 8 GPUs||$(run "$runc" --device nvidia.com/gpu=all)" \
    "podman with gpu-runtime, 8 GPUs||$(run "$shim" "${gpus}all")"
podman image rm --force bench >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
umount /etc
