"""messages.py FILE OUT: messages to CSV, as a careful script would do it."""
import csv
import json
import sys

COLUMNS = """_account _fetched body num_segments direction from to date_updated
price error_message uri account_sid num_media status messaging_service_sid sid
date_sent date_created error_code price_unit api_version""".split()

with open(sys.argv[1], encoding="utf-8") as lines, \
    open(sys.argv[2], "w", encoding="utf-8", newline="") as out:
	rows = csv.writer(out)
	rows.writerow(COLUMNS + ["subresource_uris"])
	for line in lines:
		record = json.loads(line)
		row = [record[c] for c in COLUMNS]
		row.append(json.dumps(record["subresource_uris"]))
		rows.writerow(row)
