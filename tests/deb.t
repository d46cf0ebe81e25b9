#!/bin/sh
# The Debian package: what is in it, and that it comes into a clean Debian and
# goes again.
. "$(dirname "$0")/lib.sh"

tools=$(cd "$ROOT" && ls cmd/tw-*.c scripts/tw-* | sed 's/.*\///; s/\.c$//' | sort)
version=$(make -s -C "$ROOT" version)
if ! command -v dpkg-shlibdeps >/dev/null; then
	skip 'a Debian package' 'no dpkg-shlibdeps: not a Debian, or dpkg-dev is missing'
	finish
fi

# make knows no blanks: what lies above the source is not said.
make_deb() { (cd "$ROOT" && BUILD=${TW_BUILD#"$ROOT"/} scripts/deb); }
check 'scripts/deb' 'make_deb >deb'
deb=$(cd "$ROOT" && realpath "$(cat "$trash/deb")")
check 'says what it made' 'test -s "$deb"'
check_same 'name and version' \
    'dpkg-deb -f "$deb" Package Version' "echo Package: tw; echo Version: $version"
check 'what it depends on: the libraries the tools are linked with' \
    'dpkg-deb -f "$deb" Depends >needs; for l in libc6 libcurl libjq zlib1g; do grep $l needs || exit 1; done'
check_same 'every tool is in it' \
    'dpkg-deb -c "$deb" | sed -n "s|.* \./usr/bin/\(..*\)|\1|p" | sort' 'echo "$tools"'
check_same 'and every page, compressed' \
    'dpkg-deb -c "$deb" | sed -n "s|.*/man[157]/\(..*\)\.gz|\1|p" | sort' "ls '$ROOT/man' | sort"
check 'all of it belongs to root' \
    '! dpkg-deb -c "$deb" | awk "{ print \$2 }" | grep -v "^root/root\$"'
check 'and can be read by all, written by none but root' \
    '! dpkg-deb -c "$deb" | cut -c 1-10 | grep -vx -e "drwxr-xr-x" -e "-rwxr-xr-x" -e "-rw-r--r--"'
check 'the tools in it run' \
    'dpkg-deb -x "$deb" x && x/usr/bin/tw-fetch --list | grep -q "^messages"'
check 'its sums are those of its files' \
    'dpkg-deb -e "$deb" c && cd x && md5sum --quiet -c ../c/md5sums &&
     [ $(find . -type f | wc -l) = $(wc -l <../c/md5sums) ]'
check 'it says under what terms it may be used, and what changed' \
    "cmp x/usr/share/doc/tw/copyright '$ROOT/LICENSE' &&
     gunzip <x/usr/share/doc/tw/changelog.gz | grep '^tw ($version) '"
check_same 'its maintainer is who Debian is told' \
    'DEBFULLNAME="Ann Example" DEBEMAIL=ann@example.org make_deb >other; dpkg-deb -f "$deb" Maintainer' \
    'echo "Ann Example <ann@example.org>"'
check 'made twice, it is the same' 'make_deb && cp "$deb" first && make_deb && cmp first "$deb"'

# A minimal Debian as this one's apt has it, with what the package depends on
# waiting in apt's cache, not installed.  It is made once, for it takes half a
# minute and the network; a copy costs nothing.
cache=${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}
make_clean() {
	! nm "$TW_BUILD/tw-state" 2>/dev/null | grep -q __asan ||
	    { why='built with sanitizers'; return 1; }
	[ "$(id -u)" -eq 0 ] || { why='only root can chroot'; return 1; }
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	sources=$(apt-get indextargets 'Created-By: Packages' 2>/dev/null \
	    --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' |
	    grep -x -e "deb .* $suite\(-updates\|-security\)\{0,1\} main")
	[ -n "$sources" ] || { why="apt knows no source of Debian '$suite'"; return 1; }
	clean=$cache/debian-$suite-$(dpkg-deb -f "$deb" Depends | cksum | cut -d' ' -f1).tar
	[ ! -s "$clean" ] || return 0
	command -v mmdebstrap >/dev/null || { why='no mmdebstrap'; return 1; }
	mkdir -p "$cache" || { why="no folder $cache"; return 1; }
	on_exit 'rm -f "$clean.$$"'
	# That apt gets at its mirror as this one does.
	{ apt-config dump | grep -E '^Acquire::(https?|Check|Languages|Retries)'
	  echo 'Acquire::GzipIndexes "true";'
	} >apt.conf
	echo "$sources" | mmdebstrap --variant=apt --format=tar --aptopt=apt.conf \
	    --skip=cleanup/apt,cleanup/tmp \
	    --dpkgopt='path-exclude=/usr/share/locale/*' \
	    --customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get -y \
	        --no-install-recommends --download-only install '$deb' || :" \
	    --customize-hook='rm -f "$1"/var/cache/apt/*.bin' \
	    "$suite" "$clean.$$" - >mmdebstrap.log 2>&1 &&
	    mv "$clean.$$" "$clean" && return 0
	why="mmdebstrap makes none: $(grep -m 1 '^E:' mmdebstrap.log)"
	return 1
}
if ! make_clean; then
	skip 'installed in a clean Debian' "$why"
	finish
fi
mkdir root
if ! tar -C root -xf "$clean" 2>err || ! chroot root true 2>err; then
	skip 'installed in a clean Debian' "cannot chroot: $(tail -1 err)"
	finish
fi

. "$TESTS/sandbox.sh"
inside() {
	chroot root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	    DEBIAN_FRONTEND=noninteractive LC_ALL=C \
	    TW_API_BASE="${TW_API_BASE-}" TWILIO_ACCOUNT_SID="${TWILIO_ACCOUNT_SID-}" \
	    TWILIO_AUTH_TOKEN="${TWILIO_AUTH_TOKEN-}" "$@"
}
# All there is but what dpkg and apt themselves write down.
files() {
	(cd root && find . -path ./var/cache -prune -o -path ./var/log -prune -o \
	    -path ./var/lib/dpkg -prune -o -path ./var/lib/apt -prune -o \
	    -path ./dev -prune -o -path ./tmp -prune -o -print | sort)
}
files >before
cp "$deb" root/tmp/tw.deb
check 'apt installs it, with what it needs, in a clean Debian' \
    'inside apt-get -y --no-install-recommends install /tmp/tw.deb'
check_same 'and dpkg finds it whole' \
    'inside dpkg -V tw; inside dpkg-query -W -f "\${Status}\n" tw' 'echo install ok installed'
for tool in $tools; do
	check "there $tool runs" \
	    "inside $tool --help | grep -q '^usage: $tool ' && [ \$(inside sh -c 'command -v $tool') = /usr/bin/$tool ]"
done
check_same 'tw-fetch is of this version' 'inside tw-fetch --version' "echo tw-fetch $version"
check_same 'every page is where man looks for it' \
    'for p in root/usr/share/man/man[157]/tw*.gz; do gunzip -t $p && basename $p .gz; done | sort' \
    "ls '$ROOT/man'"
sandbox_start --messages 20
check 'what a server has goes through them into CSV' \
    "inside sh -c 'tw-fetch messages | tw-flatten | tw-load-csv -c sid,price' >csv &&
     grep -q '^[SM]M[0-9a-f]*,' csv"
check 'apt removes it' 'inside apt-get -y --auto-remove purge tw'
check_same 'and nothing is left of it, nor of what came with it' files 'cat before'
finish
