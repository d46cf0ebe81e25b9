#!/bin/sh
# Completion code for three shells, made from the tools' option tables.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:$ROOT/scripts

names=$(cd "$ROOT" && ls cmd/tw-*.c scripts/tw-* | sed 's/.*\///; s/\.c$//')
for name in $names; do
	for shell in bash zsh fish; do
		"$ROOT/scripts/completions" $shell "$(command -v $name)" >$name.$shell ||
		    not_ok "$name: made for $shell"
	done
done

# What bash offers for a line: each of its words an operand, the last unfinished.
offers() {
	for name in $names; do echo ". ./$name.bash"; done >all.bash
	bash -c '. ./all.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
	_$1; printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | sed '/^$/d'
}
if command -v bash >/dev/null; then
	for name in $names; do
		check "bash reads $name's" "bash -n $name.bash && bash -u -c '. ./$name.bash'"
		check_same "bash completes each option of $name from itself" \
		    "$name --list-options | cut -f2 | while read -r o; do
		        offers $name --\$o | grep -x -e --\$o; done" \
		    "$name --list-options | cut -f2 | sed 's/^/--/'"
	done
	check_same 'tw-fetch --st: --state' 'offers tw-fetch --st' 'echo --state'
	check_same 'a stream' 'offers tw-fetch incoming_phone_numbers_l' \
	    'tw-fetch --list | cut -f1 | grep ^incoming_phone_numbers_l'
	check_same 'a stream to be described' 'offers tw-fetch --describe messag' \
	    'tw-fetch --list | cut -f1 | grep ^messag'
	check_same 'one of a few words' 'offers tw-load-sql --mode mi; offers tw-fetch --progress j' \
	    'echo mirror; echo json'
	check_same 'a file: what bash does by itself' 'offers tw-fetch --state mess' true
	check_same 'the commands of tw-state' 'offers tw-state me; offers tw-state ga' 'echo merge; echo gaps'
	check_same 'behind a command, a stream' 'offers tw-state gaps recording_a' \
	    'tw-fetch --list | cut -f1 | grep ^recording_a'
else
	skip bash 'not installed'
fi

if command -v zsh >/dev/null; then
	for name in $names; do
		check "zsh reads $name's" "zsh -f -n $name.zsh"
	done
	mkdir functions
	for name in $names; do cp $name.zsh functions/_$name; done
	check "zsh finds the function of each tool" \
	    "zsh -f -c 'fpath=(\$PWD/functions \$fpath); autoload -Uz compinit; compinit -u -D
	    for name in $(echo $names); do [[ \$_comps[\$name] == _\$name ]] || exit 1; done'"

	# What is offered for a line, as offers does it for bash.
	{ for name in $names; do echo "$name --"; done
	  cat <<-END
		tw-fetch --st
		tw-fetch incoming_phone_numbers_l
		tw-load-sql --mode 
		tw-fetch --progress j
		tw-state me
		tw-state gaps recording_a
	END
	} >lines
	if zsh -f "$TESTS/offers.zsh" <lines >offered 2>err; then
		zsh_offers() {
			awk -v line="$1" '/^[^ ]/ { there = $0 == line; next }
			there && NF { print $1 }' offered | sort -u
		}
		for name in $names; do
			check_same "zsh completes each option of $name from itself" \
			    "zsh_offers '$name --'" \
			    "$name --list-options | cut -f2 | sed 's/^/--/' | sort"
		done
		check_same 'zsh: the end of an option' 'zsh_offers "tw-fetch --st"' 'echo --state'
		check_same 'zsh: a stream' 'zsh_offers "tw-fetch incoming_phone_numbers_l"' \
		    'tw-fetch --list | cut -f1 | grep ^incoming_phone_numbers_l'
		check_same 'zsh: one of a few words' \
		    'zsh_offers "tw-load-sql --mode "; zsh_offers "tw-fetch --progress j"' \
		    'printf "%s\n" append auto merge mirror replace json'
		check_same 'zsh: the commands of tw-state' 'zsh_offers "tw-state me"' 'echo merge'
		check 'zsh: behind a command, a stream' \
		    'zsh_offers "tw-state gaps recording_a" | grep -x recording_add_on_results'
	else
		skip 'what zsh offers' "no terminal for it: $(tail -1 err)"
	fi
else
	skip zsh 'not installed'
fi

if command -v fish >/dev/null; then
	HOME=$PWD; export HOME
	for name in $names; do
		check "fish reads $name's" "fish -n $name.fish"
		check_same "fish completes each option of $name from itself" \
		    "fish -c 'source $name.fish; complete -C \"$name --\"' | cut -f1 | sort" \
		    "$name --list-options | cut -f2 | sed 's/^/--/' | sort"
	done
	check_same 'fish: a stream' \
	    "fish -c 'source tw-fetch.fish; complete -C \"tw-fetch messag\"' | cut -f1 | grep -v / | sort" \
	    'tw-fetch --list | cut -f1 | grep ^messag | sort'
else
	skip fish 'not installed'
fi

finish
