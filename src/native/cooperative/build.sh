#!/bin/sh
# Builds the two libraries of the cooperative memory limit: build.sh DIRECTORY
#
# Their DT_NEEDED is the path at which gpu-runtime mounts the driver's library in a container. The linker writes down the SONAME of what it is given,
# so it is given an empty library whose SONAME is that path.
set -eu
source=$(dirname "$0")
out=$1
CC=${CC:-gcc}
OBJDUMP=${OBJDUMP:-objdump}
driver=/usr/lib/gpu-runtime/driver
flags='-std=gnu11 -O2 -Wall -Wextra -Werror -fvisibility=hidden -fPIC -shared'

mkdir -p "$out"
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT

# library, then its sources
build() {
    library=$1
    shift
    echo | $CC -shared -nostdlib -x c - -o "$empty/$library" -Wl,-soname,"$driver/$library"
    # shellcheck disable=SC2086  # a list of words
    (cd "$source" && $CC $flags -DDRIVER_LIBRARY="\"$library\"" "$@" -o "$empty/built" \
        -Wl,-soname,"$library",-z,defs,-z,now,-z,relro,-z,nodelete,-z,noexecstack,-Bsymbolic-functions,--no-as-needed \
        "$empty/$library" -l:libdl.so.2 -s)
    # They run in images of any age.
    newer=$($OBJDUMP -T "$empty/built" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | awk -F. '$1 > 2 || $2 > 17')
    if [ -n "$newer" ]; then
        echo "$library needs a newer C library than 2.17: GLIBC_$newer" >&2
        exit 1
    fi
    install -m 0755 "$empty/built" "$out/$library"
}

shared='limits.c refusal.c real.c usage.c usage-file.c process.c holdings.c'
# shellcheck disable=SC2086
build libcuda.so.1 $shared charges.c devices.c measure.c measure-nvml.c physical.c array-size.c cuda-linear.c cuda-pools.c cuda-physical.c \
    cuda-arrays.c cuda-external.c cuda-graphs.c cuda-contexts.c cuda-queries.c cuda-proc-address.c
# shellcheck disable=SC2086
build libnvidia-ml.so.1 $shared nvml.c
