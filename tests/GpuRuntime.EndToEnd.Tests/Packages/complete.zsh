# Prints what an interactive zsh offers where Tab is pressed at the end of a line: complete.zsh DIRECTORY LINE, with completion functions in the
# directory. It runs in a terminal of its own, reads this file too, and prints there what compadd gets, by which every completion offers its words.
if [[ -z $COMPLETE_FROM ]]; then
    zmodload zsh/zpty
    export COMPLETE_FROM=$1
    zpty shell zsh -f -i
    zpty -w shell "source ${(q)0:a}"
    zpty -r shell line '*=ready=*'
    zpty -n -w shell "$2"$'\t'
    zpty -r shell line '*=ended=*'
    print -r -- "${${line##*'=started='}%%'=ended='*}"
    exit
fi

PS1= PS2= RPS1=
stty -onlcr
unsetopt prompt_cr prompt_sp
fpath=($COMPLETE_FROM $fpath)
autoload -U compinit
compinit -u -D
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false

started() { print -r -- '=started=' }
ended() { print -r -- '=ended='; exit }
compprefuncs=(started)
comppostfuncs=(ended)

compadd() {
    # Some calls ask only which words would match, for the caller's own arrays.
    if [[ ${(M)${@[1,(i)(-|--)]}:#-[OAD]} == '' ]]; then
        local -a matches
        builtin compadd -A matches "$@"
        (( ! $#matches )) || print -rl -- $matches
    fi
    builtin compadd "$@"
}
print -r -- '=ready='
