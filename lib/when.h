/*
 * when: instants, durations and days, all in UTC.
 *
 * An instant is a count of seconds since 1970-01-01T00:00:00Z in an int64_t;
 * leap seconds do not exist.  WHEN_ALWAYS and WHEN_NEVER are the open ends of
 * an interval: before and after every real instant.  Years 1 to 9999.
 */
#ifndef WHEN_H
#define WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEN_ALWAYS INT64_MIN
#define WHEN_NEVER INT64_MAX
#define WHEN_DAY 86400
#define WHEN_SIZE 40		/* room for any text made here, with its NUL */

/*
 * Read a date as Twilio and people write it: ISO 8601 ("2026-01-31",
 * "2026-01-31T23:59:59Z", "2026-01-31 23:59:59+02:00", with fractions) or RFC
 * 2822 ("Fri, 30 Jan 2026 23:59:59 -0500").  The whole text must be the date.
 * A date without an offset is UTC.  Returns false and leaves *at alone when
 * it is not a real date (31 February, hour 24).  fraction, if not NULL, is
 * pointed at the digits after the dot within text, *fraction_len of them.
 */
bool when_parse(const char *text, size_t len, int64_t *at,
    const char **fraction, size_t *fraction_len);

/* What --since takes: a date as above, "now", or "-30d" before now. */
bool when_option(const char *text, int64_t now, int64_t *at);

/* "90m", "36h", "3d", "2w", "45s": the unit is required.  Seconds. */
bool when_duration(const char *text, int64_t *seconds);

/* "2026-01-31T23:59:59Z" and "2026-01-31"; both return text. */
char *when_text(char text[WHEN_SIZE], int64_t at);
char *when_day_text(char text[WHEN_SIZE], int64_t at);
/* "90m", "3d": the largest unit that divides. */
char *when_duration_text(char text[WHEN_SIZE], int64_t seconds);

/* Midnight at or before, and at or after. */
int64_t when_day_floor(int64_t at);
int64_t when_day_ceil(int64_t at);

int64_t when_now(void);		/* wall clock */
int64_t when_ticks_ms(void);	/* monotonic, for waiting and rates only */

#endif
