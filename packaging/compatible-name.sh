#!/bin/sh
# Offers our programs under the names that others look for: symbolic links. Never over a program of somebody else's.
#
#   nvidia-container-runtime-hook -> gpu-runtime-hook    what Docker looks for when --gpus is used
#   amd-container-runtime -> gpu-runtime                 what daemon.json names on hosts that were set up for AMD's toolkit
#
#   compatible-name.sh install DIR       makes those links in DIR whose name no other program has
#   compatible-name.sh remove DIR        takes them away, if they are ours
#   compatible-name.sh register DIR      the same by update-alternatives, for the scripts of packages
#   compatible-name.sh unregister DIR
#
# DESTDIR is put before DIR, as make does it; not with alternatives. Exits with 0 also where a name is taken.
set -eu

# Below that of a vendor's package that should ever register the same name.
priority=10
directories='/usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin'

usage() {
    echo "usage: $0 install|remove|register|unregister DIR" >&2
    exit 2
}

is_ours() { # FILE PROGRAM: a link of ours, whatever directory it leads to
    [ -L "$1" ] && case $(readlink "$1") in "$2" | */"$2") true ;; *) false ;; esac
}

# What the alternatives lead to is for the admin to say.
is_alternative() { # FILE
    [ "$(readlink "$1")" = "/etc/alternatives/${1##*/}" ]
}

by_link() { # DIR NAME PROGRAM
    ln -s "$3" "${DESTDIR:-}$1/$2"
}

by_alternative() { # DIR NAME PROGRAM
    update-alternatives --install "$1/$2" "$2" "$1/$3" $priority >/dev/null
}

offer() { # HOW DIR NAME PROGRAM WHAT-GOES-TO-IT WHEN-IT-WORKS
    how=$1
    shift
    link=${DESTDIR:-}$1/$2
    for directory in "$1" $directories; do
        other=${DESTDIR:-}$directory/$2
        { [ -e "$other" ] || [ -L "$other" ]; } && ! is_ours "$other" "$3" || continue
        [ "$how" = by_alternative ] && is_alternative "$other" && continue
        echo "kept $other, which is not ours: $4 goes to it. To give $4 to gpu-runtime, remove it and run: ln -s $3 $1/$2"
        return
    done
    [ "$how" = by_link ] && is_ours "$link" "$3" && return
    before=$(readlink "$link" || true)
    $how "$1" "$2" "$3"
    [ "$(readlink "$link")" = "$before" ] || echo "$link: $5"
}

take_away() { # DIR NAME PROGRAM
    ! is_ours "${DESTDIR:-}$1/$2" "$3" || rm "${DESTDIR:-}$1/$2"
}

# update-alternatives takes the link of that name away, also one that another package has put in the place of its own since.
unregister() { # DIR NAME PROGRAM
    aside=
    if [ -L "$1/$2" ] && ! is_alternative "$1/$2"; then
        aside=$1/.$2.gpu-runtime
        mv -T "$1/$2" "$aside"
    fi
    update-alternatives --remove "$2" "$1/$3"
    [ -z "$aside" ] || mv -T "$aside" "$1/$2"
}

[ $# = 2 ] || usage
case $1 in
    install | register)
        how=by_link
        [ "$1" = install ] || how=by_alternative
        offer $how "$2" nvidia-container-runtime-hook gpu-runtime-hook '--gpus' 'docker run --gpus uses gpu-runtime once the Docker daemon is restarted'
        offer $how "$2" amd-container-runtime gpu-runtime "the runtime of that name" 'runtimes that daemon.json registers by this name are gpu-runtime'
        ;;
    remove | unregister)
        how=take_away
        [ "$1" = remove ] || how=unregister
        $how "$2" nvidia-container-runtime-hook gpu-runtime-hook
        $how "$2" amd-container-runtime gpu-runtime
        ;;
    *)
        usage
        ;;
esac
