#!/bin/sh
# Offers our programs under the names that others look for: symbolic links. Never over a program of somebody else's.
#
#   nvidia-container-runtime-hook -> gpu-runtime-hook    what Docker looks for when --gpus is used
#   amd-container-runtime -> gpu-runtime                 what daemon.json names on hosts that were set up for AMD's toolkit
#
#   compatible-name.sh install DIR    makes those links in DIR whose name no other program has
#   compatible-name.sh remove DIR     takes them away, if they are ours
#
# For `make install` and for the scripts of packages. DESTDIR is put before DIR, as make does it. Exits with 0 also where a name is taken.
set -eu

directories='/usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin'

usage() {
    echo "usage: $0 install|remove DIR" >&2
    exit 2
}

is_ours() { # FILE PROGRAM: a link of ours, whatever directory it leads to
    [ -L "$1" ] && case $(readlink "$1") in "$2" | */"$2") true ;; *) false ;; esac
}

offer() { # DIR NAME PROGRAM WHAT-GOES-TO-IT WHEN-IT-WORKS
    link=${DESTDIR:-}$1/$2
    for directory in "$1" $directories; do
        other=${DESTDIR:-}$directory/$2
        { [ -e "$other" ] || [ -L "$other" ]; } && ! is_ours "$other" "$3" || continue
        echo "kept $other, which is not ours: $4 goes to it. To give $4 to gpu-runtime, remove it and run: ln -s $3 $1/$2"
        return
    done
    is_ours "$link" "$3" && return
    ln -s "$3" "$link"
    echo "$link: $5"
}

take_away() { # DIR NAME PROGRAM
    ! is_ours "${DESTDIR:-}$1/$2" "$3" || rm "${DESTDIR:-}$1/$2"
}

[ $# = 2 ] || usage
case $1 in
    install)
        offer "$2" nvidia-container-runtime-hook gpu-runtime-hook '--gpus' 'docker run --gpus uses gpu-runtime once the Docker daemon is restarted'
        offer "$2" amd-container-runtime gpu-runtime "the runtime of that name" 'runtimes that daemon.json registers by this name are gpu-runtime'
        ;;
    remove)
        take_away "$2" nvidia-container-runtime-hook gpu-runtime-hook
        take_away "$2" amd-container-runtime gpu-runtime
        ;;
    *)
        usage
        ;;
esac
