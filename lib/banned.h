/*
 * banned.h: functions nobody here may call, as compile errors.
 *
 * Each has a sister that cannot overflow, cannot depend on the time zone of
 * the machine, or says when it failed.  Forced into every file by the
 * Makefile; system headers are included first so that only our own uses fail.
 */
#ifndef BANNED_H
#define BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef gmtime
#undef localtime
#undef mktime
#define strcpy(a, b) use_buf_or_memcpy
#define strcat(a, b) use_buf
#define sprintf(...) use_buf_printf_or_snprintf
#define vsprintf(...) use_buf_printf_or_snprintf
#define strtok(a, b) use_strcspn
#define atoi(a) use_option_number
#define atol(a) use_option_number
#define gmtime(a) use_when
#define localtime(a) use_when
#define mktime(a) use_when

#endif
