#!/bin/sh
# What is installed is whole, works from where it is, and goes away again.
. "$(dirname "$0")/lib.sh"

# No tool from the build on PATH: only what was installed is to be found.
PATH=$(echo "$PATH" | sed "s|^$TW_BUILD:||")
# make knows no blanks: what lies above the source is not said.
make_in() { make -s -C "$ROOT" BUILD="${TW_BUILD#"$ROOT"/}" "$@"; }
tools=$(cd "$ROOT" && ls cmd/tw-*.c scripts/tw-* | sed 's/.*\///; s/\.c$//' | sort)
version=$(make_in version)

check 'make install' "make_in install DESTDIR='$PWD/root' PREFIX=/usr"
check_same 'every tool, and nothing else' 'ls root/usr/bin' 'echo "$tools"'
check_same 'every page' "find root/usr/share/man -type f | sed 's/.*\///' | sort" \
    "ls '$ROOT'/man | sort"
check_same 'each in its section' \
    "find root/usr/share/man -type f | sed 's/.*man\([157]\)\/.*\.\([157]\)/\1 \2/' | sort -u" \
    'echo 1 1; echo 5 5; echo 7 7'
check_same 'completions of each tool, for three shells' \
    'find root/usr/share/bash-completion root/usr/share/zsh root/usr/share/fish -type f | wc -l' \
    'echo $((3 * $(echo "$tools" | wc -w)))'
for tool in $tools; do
	check_same "the completions of $tool are those of its table" \
	    "cat root/usr/share/bash-completion/completions/$tool root/usr/share/zsh/site-functions/_$tool root/usr/share/fish/vendor_completions.d/$tool.fish" \
	    "for s in bash zsh fish; do '$ROOT/scripts/completions' \$s root/usr/bin/$tool; done"
done
check 'none is empty' '! find root -type f -size 0 | grep .'
for tool in $tools; do
	check "$tool runs from there" \
	    "PATH=$PWD/root/usr/bin:\$PATH; [ \$(command -v $tool) = $PWD/root/usr/bin/$tool ] && $tool --help | grep -q '^usage: $tool '"
done
check_same 'and is of one version' \
    "for t in root/usr/bin/tw-*; do head -c 2 \$t | grep -q '#!' || \$t --version; done | sed 's/.* //' | sort -u" \
    "echo $version"
if command -v ldd >/dev/null; then
	check 'only tw-fetch needs libcurl, only tw-flatten libjq' \
	    "cd root/usr/bin && ldd tw-fetch | grep -q libcurl && ldd tw-flatten | grep -q libjq &&
	     ! ldd tw-flatten tw-load-csv tw-load-sql tw-state | grep libcurl &&
	     ! ldd tw-fetch tw-load-csv tw-load-sql tw-state | grep libjq"
fi
if nm root/usr/bin/tw-state 2>/dev/null | grep -q __asan; then
	skip 'all of them together are below 2 MB' 'built with sanitizers'
else
	check 'all of them together are below 2 MB' \
	    '[ $(cat root/usr/bin/* | wc -c) -lt 2097152 ]'
fi
check 'a pipeline of installed tools' \
    "PATH=$PWD/root/usr/bin:\$PATH
     echo '{\"sid\":\"SM1\",\"price\":\"-0.00750\"}' | tw-flatten -S messages |
         tw-load-csv -c sid,price | grep -x 'SM1,-0.00750'"
check 'make install again changes nothing of it' \
    "make_in install DESTDIR='$PWD/root' PREFIX=/usr"
check 'make uninstall' "make_in uninstall DESTDIR='$PWD/root' PREFIX=/usr"
check 'leaves nothing' '! find root -type f | grep .'

if nm "$TW_BUILD/tw-state" 2>/dev/null | grep -q __asan; then
	skip 'make static' 'built with sanitizers'
else
	check 'make static' 'make_in -j2 static'
	for tool in tw-state tw-load-csv tw-load-sql; do
		check "$tool needs no library" \
		    "! ldd '$TW_BUILD/static/$tool' 2>/dev/null | grep -q '=>' && '$TW_BUILD/static/$tool' --version"
	done
fi

if command -v git >/dev/null && git -C "$ROOT" rev-parse >/dev/null 2>&1; then
	check 'make dist' "make_in dist"
	check_same 'holds what git has' \
	    "tar -tzf '$TW_BUILD/tw-$version.tar.gz' | grep -v '/\$' | sed 's|^tw-$version/||' | sort" \
	    "git -C '$ROOT' ls-tree -r --name-only HEAD | sort"
else
	skip 'make dist' 'not a git checkout'
fi
finish
