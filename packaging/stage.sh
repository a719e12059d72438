#!/bin/sh
# Fills an empty directory with what packages put onto a host: stage.sh DIRECTORY ARCH. That is what `make install` does with PREFIX=/usr, but for
# the compatible names, which packages have as alternatives. The same files have the same modes and times, whoever builds them, where and when.
set -eu
umask 022
root=$1 arch=$2
cd "$(dirname "$0")/.."

${MAKE:-make} --no-print-directory -s install DESTDIR="$root" PREFIX=/usr ARCH="$arch" >/dev/null
DESTDIR=$root packaging/compatible-name.sh remove /usr/bin
install -D -m 0755 packaging/compatible-name.sh "$root/usr/libexec/gpu-runtime/compatible-name"
gzip -9n "$root"/usr/share/man/man*/*
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
