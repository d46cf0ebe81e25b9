"""snow, as far as tw-sync needs it: it prints what Snowflake's prints with
--format csv (its _stream_collection_as_csv), but the statements run in fakesnow.

$SNOW_HOME is where it keeps its database.
"""
import csv
import io
import logging
import os
import sys
import warnings

import fakesnow
import snowflake.connector
from snowflake.connector.util_text import split_statements

warnings.simplefilter("ignore")
logging.disable()
if sys.argv[1:-1] != "sql --stdin --enable-templating NONE --format csv -c".split():
	sys.exit("snow: unknown option")
os.makedirs(os.environ["SNOW_HOME"], exist_ok=True)
out = csv.writer(sys.stdout, lineterminator="\n")
with fakesnow.patch(db_path=os.environ["SNOW_HOME"]):
	cursor = snowflake.connector.connect(database="D", schema="S").cursor()
	for statement, _ in split_statements(io.StringIO(sys.stdin.read())):
		# It knows no MERGE inside a transaction, nor a quote in a comment.
		if not statement or statement in ("BEGIN TRANSACTION;", "COMMIT;"):
			continue
		if statement.startswith("CREATE TABLE"):
			statement = statement.replace("\\'", "").replace("''", "")
		cursor.execute(statement)
		out.writerow(column.name for column in cursor.description)
		out.writerows(cursor.fetchall())
		print(flush=True)
