#!/bin/sh
# Installs what the other make targets need and this machine lacks, from Debian's packages. Silent where nothing is missing.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# program or file, and the package that brings it
missing() {
    while read -r wanted package; do
        case $wanted in
            /*) [ -e "$wanted" ] || echo "$package" ;;
            *) command -v "$wanted" >/dev/null 2>&1 || echo "$package" ;;
        esac
    done <<END
gcc gcc
/usr/include/stdio.h libc6-dev
make make
runc runc
crun crun
dockerd docker.io
chromium chromium
curl curl
openssl openssl
docker docker-cli
docker-compose docker-compose
containerd containerd
ctr containerd
podman podman
hyperfine hyperfine
afl-fuzz afl++
busybox busybox-static
/lib/ld-musl-$(uname -m).so.1 musl
musl-gcc musl-tools
strace strace
/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketimeMT.so.1 libfaketime
jq jq
promtool prometheus
ip iproute2
systemd-analyze systemd
debootstrap debootstrap
newuidmap uidmap
file file
rpmbuild rpm
lintian lintian
groff groff-base
zsh zsh
fish fish
/etc/ssl/certs/ca-certificates.crt ca-certificates
/usr/lib/python3/dist-packages/yaml/__init__.py python3-yaml
/usr/lib/python3/dist-packages/grpc/__init__.py python3-grpcio
/usr/lib/python3/dist-packages/grpc_tools/__init__.py python3-grpc-tools
END
}

if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    cat >&2 <<'END'
The .NET 10 SDK is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0, or run:
  curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 --install-dir "$HOME/.dotnet"
  export PATH="$HOME/.dotnet:$PATH"
END
    exit 1
fi

packages=$(missing | sort -u | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing here, under Debian's package names: $packages" >&2
    echo "This is not a Debian system: install them with its own package manager." >&2
    # What nothing can be built or run without. Tests that need the others say so and are skipped.
    for program in gcc runc; do
        command -v "$program" >/dev/null 2>&1 || exit 1
    done
    exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Missing packages, and neither root nor sudo to install them. Run as root:" >&2
        echo "  apt-get update && apt-get install -y --no-install-recommends $packages" >&2
        exit 1
    fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A source that cannot be reached fails the update; whether it was needed, the install tells.
$as_root apt-get -q update >"$log" 2>&1 || true
# Before trixie the docker command is in docker.io.
apt-cache show docker-cli >/dev/null 2>&1 || packages=$(echo "$packages" | sed 's/docker-cli //')
echo "installing: $packages"
# shellcheck disable=SC2086  # a list of words
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $packages >>"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get could not install: $packages" >&2
    exit 1
fi
