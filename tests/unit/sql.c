/* sql: dialects by name, and files that cannot be written. */
#include "sql.h"

#include "tap.h"

int
main(void)
{
	const struct sql_dialect *d = sql_dialect("mysql");

	ok(d && d != sql_dialect("sqlite"), "each has its own");
	ok(sql_may_stage(d) && !sql_may_stage(sql_dialect("sqlite")),
	    "some read files");
	ok(!sql_dialect("oracle") && !sql_dialect(""), "and there are no others");
	return done();
}
