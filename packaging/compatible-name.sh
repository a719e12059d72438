#!/bin/sh
# Offers our hook under the name that Docker looks for when --gpus is used: a symbolic link. Never over a program of somebody else's.
#
#   compatible-name.sh install DIR    DIR/nvidia-container-runtime-hook -> gpu-runtime-hook, if no other program has that name
#   compatible-name.sh remove DIR     takes that link away, if it is ours
#
# For `make install` and for the scripts of packages. DESTDIR is put before DIR, as make does it. Exits with 0 also where the name is taken.
set -eu

name=nvidia-container-runtime-hook
hook=gpu-runtime-hook
directories='/usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin'

[ $# = 2 ] || { echo "usage: $0 install|remove DIR" >&2; exit 2; }
link=${DESTDIR:-}$2/$name

is_ours() { # FILE: a link of ours, whatever directory it leads to
    [ -L "$1" ] && case $(readlink "$1") in $hook | */$hook) true ;; *) false ;; esac
}

case $1 in
    install)
        for directory in "$2" $directories; do
            other=${DESTDIR:-}$directory/$name
            { [ -e "$other" ] || [ -L "$other" ]; } && ! is_ours "$other" || continue
            echo "kept $other, which is not ours: --gpus goes to it. To give --gpus to gpu-runtime, remove it and run: ln -s $hook $2/$name"
            exit 0
        done
        is_ours "$link" && exit 0
        ln -s $hook "$link"
        echo "$link: docker run --gpus uses gpu-runtime once the Docker daemon is restarted"
        ;;
    remove)
        ! is_ours "$link" || rm "$link"
        ;;
    *)
        echo "usage: $0 install|remove DIR" >&2
        exit 2
        ;;
esac
