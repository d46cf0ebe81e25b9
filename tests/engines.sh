# Databases for tests: sourced after lib.sh by those that need one.
#
#	postgres_start && ...		PostgreSQL of our own; then
#	pg ...				psql there, as the tools' users call it

# A server in a new folder, gone when the test ends.  1: there is none here.
postgres_start() {
	pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
	[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v initdb)") || return 1
	[ -x "$pg_bin/initdb" ] && command -v psql >/dev/null || return 1
	pg_dir=$(mktemp -d /tmp/tw-pg.XXXXXX) || return 1
	on_exit 'postgres_stop'
	pg_as=
	if [ "$(id -u)" -eq 0 ]; then	# it refuses to run as root
		chown postgres "$pg_dir" && pg_as='runuser -u postgres --' || return 1
	fi
	(cd "$pg_dir" && $pg_as "$pg_bin/initdb" -D "$pg_dir/data" -A trust \
	    -U test -E UTF8 --locale=C -N >"$pg_dir/log" 2>&1) || return 1
	(cd "$pg_dir" && exec $pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -w -s \
	    -l "$pg_dir/server.log" -o "-k $pg_dir -c listen_addresses= -F" \
	    start >/dev/null 2>&1) || return 1
	"$pg_bin/createdb" -h "$pg_dir" -U test test
}
postgres_stop() {
	(cd "$pg_dir" && $pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate \
	    -s stop >/dev/null 2>&1)
	rm -rf "$pg_dir"
}
pg() { psql -X -h "$pg_dir" -U test test "$@"; }
