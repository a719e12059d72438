#!/bin/sh
# Builds the Debian packages of what `make build` made: build.sh VERSION ARCH DIRECTORY. For `make deb`, which sets SOURCE_DATE_EPOCH: with the
# same files and the same time two builds have the same bytes.
#
#   gpu-runtime          static programs, no dependencies: every host with GPUs
#   gpu-runtime-agent    needs the C library, as it loads the vendors'; has three times the size; is a service that listens
set -eu
umask 022
export LC_ALL=C
version=$1 arch=$2 out=$3
cd "$(dirname "$0")/../.."
source=packaging/deb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

move() { # FILE FROM TO
    mkdir -p "$3/${1%/*}"
    mv "$2/$1" "$3/$1"
    # As Debian wants none that are empty.
    rmdir -p --ignore-fail-on-non-empty "$2/${1%/*}" 2>/dev/null || true
}

documents() { # PACKAGE
    doc=$work/$1/usr/share/doc/$1
    mkdir -p "$doc"
    install -m 0644 $source/copyright "$doc/copyright"
    printf '%s (%s) unstable; urgency=medium\n\n  * See the history of the repository.\n\n -- %s  %s\n' "$1" "$version" \
        'The gpu-runtime maintainers <maintainers@gpu-runtime.io>' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
    if [ -f "$source/$1/lintian-overrides" ]; then
        install -D -m 0644 "$source/$1/lintian-overrides" "$work/$1/usr/share/lintian/overrides/$1"
    fi
}

control() { # PACKAGE
    root=$work/$1
    mkdir "$root/DEBIAN"
    install -m 0755 "$source/$1/postinst" "$source/$1/prerm" "$source/$1/postrm" "$root/DEBIAN"
    (cd "$root" && find etc -type f 2>/dev/null | sort | sed 's|^|/|') >"$root/DEBIAN/conffiles"
    [ -s "$root/DEBIAN/conffiles" ] || rm "$root/DEBIAN/conffiles"
    (cd "$root" && find usr -type f | sort | xargs -d '\n' md5sum) >"$root/DEBIAN/md5sums"
    # KiB, each file rounded up: as dpkg-gencontrol counts, whatever the file system does.
    size=$(find "$root" -path "$root/DEBIAN" -prune -o -printf '%y %s\n' | awk '{ size += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print size }')
    sed "s|@VERSION@|$version|; s|@ARCH@|$arch|; s|@SIZE@|$size|; s|@GLIBC@|$glibc|" "$source/$1/control" >"$root/DEBIAN/control"
}

packaging/stage.sh "$work/gpu-runtime" "$arch"
# Its text is in every Debian system.
rm "$work/gpu-runtime/usr/share/doc/gpu-runtime/LICENSE"
# Containers load them, by bind mounts; nothing executes them.
chmod 0644 "$work/gpu-runtime"/usr/lib/gpu-runtime/cooperative/*
mkdir -p "$work/gpu-runtime/usr/share/zsh/vendor-completions"
mv "$work/gpu-runtime"/usr/share/zsh/site-functions/* "$work/gpu-runtime/usr/share/zsh/vendor-completions"
rmdir "$work/gpu-runtime/usr/share/zsh/site-functions"
while read -r file; do
    move "$file" "$work/gpu-runtime" "$work/gpu-runtime-agent"
done <$source/gpu-runtime-agent/files
glibc=$(readelf -W --version-info "$work/gpu-runtime-agent/usr/bin/gpu-runtime-agent" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
glibc=${glibc#GLIBC_}

mkdir -p "$out"
for package in gpu-runtime gpu-runtime-agent; do
    documents $package
    control $package
    find "$work/$package" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz -z1 --build "$work/$package" "$out/${package}_${version}_$arch.deb" >/dev/null
    echo "$out/${package}_${version}_$arch.deb"
done
