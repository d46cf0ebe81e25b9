# zsh -f offers.zsh <LINES: what a person at zsh is offered for each line, on
# Tab.  The functions are in ./functions; prints each line and, indented, what
# is offered.  One zsh on a terminal of its own serves for all.
zmodload zsh/zpty || exit 1
rm -f offered marks
zpty -b shell zsh -f -i
zpty -w shell '
PROMPT= RPROMPT= LISTMAX=100000
fpath=($PWD/functions $fpath)
autoload -Uz compinit; compinit -u -D
compadd() {
	if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
		local -a found
		builtin compadd -A found "$@"
		print -rl -- "  "$^found >>offered
	fi
	builtin compadd "$@"
}
mark() { BUFFER=; print >>marks }
zle -N mark; bindkey ^X mark; bindkey ^I list-choices; print >>marks'

# Until it is there again, ten seconds.
integer n
ready() {
	(( n++ ))
	repeat 500; do
		[[ -e marks ]] && (( $(wc -l <marks) >= n )) && return
		zpty -r -t shell junk
		sleep 0.02
	done
	print 'zsh does not answer' >&2
	exit 1
}
ready
while IFS= read -r line; do
	print -r -- "$line" >>offered
	zpty -w -n shell "$line"$'\t\x18'
	ready
done
zpty -d shell
grep "[^ ]" offered
