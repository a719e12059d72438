#!/bin/sh
# Builds the RPMs of what `make build` made: build.sh VERSION ARCH DIRECTORY, ARCH as Debian calls it. For `make rpm`, which sets SOURCE_DATE_EPOCH.
# The two packages are those that packaging/deb/build.sh makes.
set -eu
umask 022
export LC_ALL=C
version=$1 arch=$2 out=$3
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $arch in
    amd64) target=x86_64 ;;
    arm64) target=aarch64 ;;
    *) target=$arch ;;
esac

rpmbuild -bb --quiet --target "$target" --define "_topdir $work" --define "_tmppath $work" --define "checkout $PWD" --define "debian_arch $arch" \
    --define "package_version $version" packaging/rpm/gpu-runtime.spec >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
mkdir -p "$out"
for package in "$work"/RPMS/*/*.rpm; do
    mv "$package" "$out"
    echo "$out/${package##*/}"
done
