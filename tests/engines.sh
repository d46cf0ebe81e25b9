# Databases for tests: sourced after lib.sh by those that need one.
#
#	postgres_start && ...		PostgreSQL of our own; then
#	pg ...				psql there, as the tools' users call it
#	mysql_start, my ...		the same
#	duckdb_find && "$duckdb" ...	DuckDB's shell

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

# The same for MariaDB or MySQL; then my ... is mysql there.
mysql_start() {
	command -v mariadb-install-db >/dev/null && command -v mysql >/dev/null || return 1
	my_server=$(command -v mariadbd || ls /usr/sbin/mariadbd 2>/dev/null) || return 1
	my_dir=$(mktemp -d /tmp/tw-my.XXXXXX) || return 1
	on_exit 'mysql_stop'
	mariadb-install-db --no-defaults --datadir="$my_dir/data" --user="$(id -un)" \
	    --auth-root-authentication-method=normal --skip-test-db \
	    >"$my_dir/log" 2>&1 || return 1
	# One that starts clears its place for temporary tables: not another's.
	mkdir "$my_dir/tmp" || return 1
	"$my_server" --no-defaults --datadir="$my_dir/data" --user="$(id -un)" \
	    --tmpdir="$my_dir/tmp" \
	    --socket="$my_dir/s" --skip-networking --innodb-flush-log-at-trx-commit=0 \
	    --log-error="$my_dir/server.log" >/dev/null 2>&1 &
	my_pid=$!
	for my_try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		mysql --no-defaults -u root -S "$my_dir/s" -e 'CREATE DATABASE test' \
		    2>/dev/null && return 0
		sleep 0.5
	done
	return 1
}
mysql_stop() {
	[ -z "${my_pid-}" ] || { kill "$my_pid"; wait "$my_pid"; } 2>/dev/null
	rm -rf "$my_dir"
}
my() { mysql --no-defaults -N -r -u root -S "$my_dir/s" test "$@"; }

duckdb_find() {
	duckdb=$(ls "${TW_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tw-test}"/venv/lib/*/site-packages/duckdb_cli/duckdb 2>/dev/null) ||
	    duckdb=$(command -v duckdb)
}

# told DIALECT: the client that --help names, as it is for --stage, run where
# the engine of each_engine is.
told() {
	told_dir=$(mktemp -d) || return 1
	case $1 in
	postgres) echo "exec $(command -v psql) -h $pg_dir -U test \"\$@\"" >"$told_dir/psql" ;;
	duckdb) echo "exec $duckdb \"\$@\"" >"$told_dir/duckdb" ;;
	mysql) echo "exec $(command -v mysql) --no-defaults -u root -S $my_dir/s \"\$@\"" >"$told_dir/mysql" ;;
	esac
	sed -i '1i #!/bin/sh' "$told_dir"/* 2>/dev/null
	chmod +x "$told_dir"/* 2>/dev/null
	told_line=$(tw-load-sql --help | sed -n "s/^  $1  *//p" |
	    tr -d '][' | sed "s/FILE/t.db/; s/DATABASE/test/")
	[ "$1" != duckdb ] || told_line=$(echo "$told_line" | sed 's/t.db/t.duckdb/')
	(PATH=$told_dir:$PATH; eval "$told_line")
	told_status=$?
	rm -r "$told_dir"
	return $told_status
}

# each_engine FUNCTION: run it for every database there is, called with its
# name; then "client" takes a script, "query SQL" prints a|b|.. a row, and
# "fresh" is a new database.
each_engine() {
	if command -v sqlite3 >/dev/null; then
		client() { sqlite3 t.db; }
		query() { sqlite3 -separator '|' t.db "$1"; }
		fresh() { rm -f t.db; }
		"$1" sqlite
	else
		skip 'sqlite' 'no sqlite3'
	fi
	if postgres_start; then
		client() { pg -q; }
		query() { pg -At -c "$1"; }
		fresh() {
			pg -q -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' \
			    2>/dev/null
		}
		"$1" postgres
	else
		skip 'postgres' 'no server'
	fi
	if duckdb_find; then
		client() { "$duckdb" -batch t.duckdb; }
		query() {
			"$duckdb" -batch -noheader -list -separator '|' \
			    -nullvalue '' t.duckdb -c "$1"
		}
		fresh() { rm -f t.duckdb*; }
		"$1" duckdb
	else
		skip 'duckdb' 'no duckdb'
	fi
	if mysql_start; then
		client() { my; }
		query() {
			{ echo "SET sql_mode = 'ANSI_QUOTES';"; echo "$1"; } | my |
			    sed 's/	/|/g; s/\(^\||\)NULL\($\||\)/\1\2/g'
		}
		fresh() { my -e 'DROP DATABASE test; CREATE DATABASE test'; }
		"$1" mysql
	else
		skip 'mysql' 'no server'
	fi
}
