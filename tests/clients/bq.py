"""bq, as far as tw-sync needs it: it takes the flags, the size of a script and
the sessions of Google's, and prints what that prints (its _PrintScriptJobResults),
but the statements run in DuckDB, as sqlglot translates them.

$BQ_HOME is where it keeps its database, and the session there is; script number
$BQ_FAIL of a session fails.
"""
import csv
import logging
import os
import re
import sys
import warnings

import duckdb
import sqlglot

warnings.simplefilter("ignore")
logging.disable()
MOST = 1 << 20
GLOBAL = {"--quiet", "--format=csv"}
home = os.environ["BQ_HOME"]
session = os.path.join(home, "session")


def fail(text, status=1):
	print(text)
	sys.exit(status)


flags, operands, command = set(), [], None
for word in sys.argv[1:]:
	if not word.startswith("--"):
		if command:
			operands.append(word)
		else:
			command = word
	elif not command and word not in GLOBAL:
		fail("FATAL Flags parsing error: Unknown command line flag " + word)
	else:
		flags.add(re.sub(r"(session_id|max_\w+)=.*", r"\1", word))
		if word.startswith("--session_id="):
			if open(session).read() != word.split("=", 1)[1]:
				fail("Error in query string: no such session")
known = {"--use_legacy_sql=false", "--create_session", "--session_id",
    "--max_statement_results", "--max_child_jobs"} | GLOBAL
if command != "query" or flags - known or "--use_legacy_sql=false" not in flags:
	fail("FATAL Flags parsing error: %s" % (flags - known))
script = operands[0] if operands else sys.stdin.read()
if len(script.encode()) > MOST:
	fail("Error in query string: The query is too large. The maximum standard "
	    "SQL query length is 1024.00K characters")
if "--create_session" in flags:
	name = "CgwKCmZha2U" + os.urandom(8).hex() + "=="
	os.makedirs(home, exist_ok=True)
	open(session, "w").write(name)
	for kept in "scripts", "temporary":
		open(session + "." + kept, "w")
	print("_session_id\n%s\nIn session: %s" % (name, name))
	sys.exit()
database = duckdb.connect(os.path.join(home, "bq.db"))
if "ABORT_SESSION" in script:
	for table in open(session + ".temporary").read().split("\n")[:-1]:
		database.execute("DROP TABLE IF EXISTS " + table)
	os.remove(session)
	sys.exit()

with open(session + ".scripts", "a+") as scripts:
	scripts.write("x")
	scripts.seek(0)
	if str(len(scripts.read())) == os.environ.get("BQ_FAIL"):
		fail("BigQuery error in query operation: Backend Error")
printed, line = [], 1
for text in re.findall(r"(?:.*\n)*?.*;\n", script):
	statement = sqlglot.parse_one(text, read="bigquery",
	    error_level=sqlglot.ErrorLevel.RAISE)
	wanted = statement.sql("duckdb")
	if isinstance(statement, sqlglot.exp.Create) and " TEMP" in wanted:
		if "--session_id" not in flags:
			fail("Error in query string: a temporary table needs a session")
		# Another process has to find it, until the session ends.
		wanted = re.sub(r"\bTEMP(ORARY)? ", "", wanted, count=1)
		with open(session + ".temporary", "a") as temporary:
			print(statement.find(sqlglot.exp.Table).sql("duckdb"), file=temporary)
	try:
		rows = database.execute(wanted).fetchall()
	except duckdb.Error as why:
		# The script as a whole has failed: nothing of it is shown.
		fail("Error in query string: Error processing job: %s" % why)
	printed.append((text.rstrip()[:-1], line, statement, rows))
	line += text.count("\n")
out = csv.writer(sys.stdout, lineterminator="\n")
for text, line, statement, rows in printed:
	print("%s; -- at [%d:1]" % (text, line))
	if isinstance(statement, sqlglot.exp.Select):
		out.writerow(["f0_"])
		out.writerows(rows)
	elif isinstance(statement, sqlglot.exp.DML):
		print("Number of affected rows: %s\n" % rows[0][0] if rows else "")
