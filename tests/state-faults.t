#!/bin/sh
# tw-state commit, killed at each system call and failing at each: the state is
# the old one or the new one, and a failure is said and leaves the old one.
. "$(dirname "$0")/lib.sh"

if ! strace -f -o /dev/null true 2>/dev/null; then
	skip 'faults in system calls' 'no strace, or it may not trace here'
	finish
fi
# Sanitizers scan memory when a program ends, which cannot be traced.
ASAN_OPTIONS=detect_leaks=0; export ASAN_OPTIONS

tw-state init
{
	echo '{"_mark":"open","run":"r","tool":"tw-fetch 1.0","at":"2026-06-01T00:00:00Z"}'
	for a in 1 2 3; do
		echo '{"_mark":"window","run":"r","stream":"calls","account":"AC'$a'","since":null,"until":"2026-06-10T00:00:00Z","records":1,"low":null,"full":false}'
	done
} >marks
head -2 marks | tw-state commit >/dev/null 2>&1
cp twilio.state old; cp twilio.state.prev old.prev
echo '{"_mark":"close","run":"r","windows":3,"failed":0,"records":3,"status":0}' >>marks
tw-state commit <marks; cp twilio.state new
fresh() { rm -f twilio.state*; cp old twilio.state; cp old.prev twilio.state.prev; }
is() { cmp -s twilio.state "$1"; }

# --- the order --------------------------------------------------------------

check 'written, flushed, renamed, folder flushed' '
	fresh; strace -y -e trace=write,fsync,rename,renameat,renameat2,linkat,link -o calls tw-state commit <marks
	sed -n -e "s/^write(.*state\.new.*/write/p" -e "s/^fsync(.*state\.new.*/fsync/p" \
	    -e "s/^link.*/link/p" -e "s/^rename.*/rename/p" -e "s/^fsync(.*/fsync folder/p" calls |
	    uniq | tr "\n" " " >order
	test "$(cat order)" = "write fsync link rename fsync folder "'
check 'what did not change is not written' '
	cp new twilio.state; strace -e trace=fsync,rename -o calls tw-state commit <marks
	! grep -q -e fsync -e rename calls'

# --- killed -----------------------------------------------------------------

# With signal=KILL the call is not made; every call of every kind in turn.
writes=0 fsyncs=0 closes=0 renames=0
kills=0 old_left=0 new_left=0
for call in openat close read write fstat newfstatat fsync unlink link rename \
    fcntl fchmod rt_sigprocmask; do
	n=1
	while :; do
		fresh
		strace -f -o /dev/null -e trace=$call \
		    -e inject=$call:signal=KILL:when=$n tw-state commit <marks 2>/dev/null
		[ $? -eq 137 ] || break
		kills=$((kills + 1))
		if is old; then old_left=$((old_left + 1))
		elif is new; then new_left=$((new_left + 1))
		else echo "# killed at $call $n: neither"; break 2; fi
		tw-state list >/dev/null || { echo "# killed at $call $n: unreadable"; break 2; }
		tw-state commit <marks && is new && [ ! -e twilio.state.new ] ||
			{ echo "# killed at $call $n: no second run"; break 2; }
		n=$((n + 1))
	done
done
echo "# killed at $kills calls: $old_left times the old state, $new_left times the new one"
check 'killed at each call: old or new, and the next run ends it' \
    "[ $kills -gt 20 ] && [ $((old_left + new_left)) -eq $kills ] && [ $old_left -gt 0 ] && [ $new_left -gt 0 ]"

# --- failing ----------------------------------------------------------------

# The calls on the state's own files; -P makes strace count only those.
fails=0 wrong=0
for call in write fsync close rename; do
	for error in ENOSPC EIO EROFS EACCES; do
		n=1
		while :; do
			fresh
			strace -f -o calls -e trace=$call -P "$PWD/twilio.state.new" \
			    -P twilio.state.new -P "$PWD" \
			    -e inject=$call:error=$error:when=$n tw-state commit <marks 2>said
			got=$?
			grep -q INJECTED calls || break
			fails=$((fails + 1))
			eval "${call}s=\$n"
			# Closing the folder's descriptor can do no harm.
			if [ $got -eq 0 ] && [ $call = close ] && is new; then :
			elif [ $got -ne 74 ] || ! is old || [ "$(wc -l <said)" -ne 1 ]; then
				wrong=$((wrong + 1))
				echo "# $call $n $error: status $got: $(cat said)"
			fi
			tw-state commit <marks && is new || wrong=$((wrong + 1))
			n=$((n + 1))
		done
	done
done
echo "# $fails failures: $writes write, $fsyncs fsync, $closes close, $renames rename, each in 4 ways"
check 'write, fsync, close, rename fail in each way: 74 and the old state' \
    "[ $fails -ge 20 ] && [ $wrong -eq 0 ]"

for error in ENOSPC EACCES EROFS; do
	fresh
	check_status 74 "the new file cannot be made: $error" \
	    "strace -f -o /dev/null -e trace=openat -P twilio.state.new -e inject=openat:error=$error tw-state commit <marks"
	check 'and the state is the old one' 'is old'
done

if [ "$(id -u)" -ne 0 ]; then
	fresh; chmod 555 .
	check_status 74 'a folder that may not be written' 'tw-state commit <marks'
	chmod 755 .
fi

# A full disk: every save fails from the first byte on.
if command -v unshare >/dev/null && unshare -Urm true 2>/dev/null; then
	check 'a full disk' '
		fresh; mkdir -p small; cp "$(command -v tw-state)" tool
		unshare -Urm sh -c "
			mount -t tmpfs -o size=12k tmpfs small && cp old small/twilio.state &&
			{ dd if=/dev/zero of=small/fill bs=4k count=9 2>/dev/null; :; } &&
			cd small && ../tool commit <../marks; got=\$?
			cmp twilio.state ../old && test \$got -eq 74"'
else
	skip 'a full disk' 'no user namespaces'
fi
finish
