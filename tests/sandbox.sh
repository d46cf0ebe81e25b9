# A fake Twilio for a test: sourced after tests/lib.sh.
#
#	sandbox_start [options]		see 'python3 tests/sandbox --help'
#	sandbox_stat NAME		one count: requests, connections, 429 ...
#	sandbox_truth STREAM [QUERY]	what an ideal client has, sorted (truth.py)
#	sandbox_fault JSON		a rule: see tests/sandbox/faults.py
#	sandbox_advance SECONDS		the clock goes on
#	sandbox_reset			counts, rules and clock from the beginning
#	sandbox_stop
#
# It listens on a free port of 127.0.0.1, with its clock standing still unless
# told otherwise, and ends with the test.  TW_API_BASE and the credentials are
# exported; SANDBOX_URL is where to talk to it, SANDBOX_STRANGER another origin
# that counts who comes (stranger.py).  Starting again replaces it.

# The interpreter itself: what is on PATH may be a slow wrapper of it.
: "${PYTHON:=$(python3 -c 'import sys; print(sys.executable)')}"

sandbox_pid=
sandbox_start() {
	sandbox_stop
	case " $* " in *" --now "* | *" --run "*) ;;
	*) set -- --now 2026-11-22T12:00:00Z "$@" ;; esac
	rm -f "$trash/sandbox.env"
	"$PYTHON" "$TESTS/sandbox" --parent $$ --print-env "$@" \
	    >"$trash/sandbox.env" 2>"$trash/sandbox.log" &
	sandbox_pid=$!
	sandbox_tries=0
	until grep -q '^ready' "$trash/sandbox.env" 2>/dev/null; do
		sandbox_tries=$((sandbox_tries + 1))
		if [ $sandbox_tries -gt 200 ] || ! kill -0 $sandbox_pid 2>/dev/null; then
			echo '# the sandbox did not start'
			sed 's/^/# /' "$trash/sandbox.log"
			exit 1
		fi
		sleep 0.05
	done
	eval "$(grep '^export' "$trash/sandbox.env")"
}
sandbox_stop() {
	[ -z "$sandbox_pid" ] || kill "$sandbox_pid" 2>/dev/null || :
	[ -z "$sandbox_pid" ] || wait "$sandbox_pid" 2>/dev/null || :
	[ ! -s "$trash/sandbox.log" ] || sed 's/^/# sandbox: /' "$trash/sandbox.log"
	sandbox_pid=
}
on_exit sandbox_stop

sandbox_stat() { curl -sS "$SANDBOX_URL/_sandbox/stats?$1"; }
sandbox_truth() { curl -sS "$SANDBOX_URL/_sandbox/truth/$1?${2-}" | sort; }
sandbox_fault() { curl -sS -d "$1" "$SANDBOX_URL/_sandbox/fault" >/dev/null; }
sandbox_advance() { curl -sS -X POST "$SANDBOX_URL/_sandbox/advance?seconds=$1"; }
sandbox_reset() { curl -sS -X POST "$SANDBOX_URL/_sandbox/reset" >/dev/null; }
