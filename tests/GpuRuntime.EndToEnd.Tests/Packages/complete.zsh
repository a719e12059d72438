# Prints what an interactive zsh offers where Tab is pressed at the end of each line, and after each an =: complete.zsh DIRECTORY LINE..., with
# completion functions in the directory. It runs in a terminal of its own, reads this file too, and prints there what compadd gets, by which every
# completion offers its words.
if [[ -z $COMPLETE_FROM ]]; then
    zmodload zsh/zpty
    export COMPLETE_FROM=$1
    shift
    zpty shell zsh -f -i
    zpty -w shell "source ${(q)0:a}"
    zpty -r shell output '*=ready=*'
    for line; do
        # Ctrl-U takes away what the completion before wrote.
        zpty -n -w shell $'\C-u'"$line"$'\t'
        zpty -r shell output '*=ended=*'
        print -r -- "${${output##*=started=}%%=ended=*}"
        print -r -- =
    done
    exit
fi

PS1= PS2= RPS1=
stty -onlcr
unsetopt prompt_cr prompt_sp
fpath=($COMPLETE_FROM $fpath)
autoload -U compinit
compinit -u -D
bindkey '^I' complete-and-tell
zstyle ':completion:*' insert-tab false

started() { print -r -- '=started=' }
ended() { print -r -- '=ended=' }

# zsh forgets these each time.
complete-and-tell() {
    compprefuncs=(started)
    comppostfuncs=(ended)
    zle complete-word
}
zle -N complete-and-tell

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
