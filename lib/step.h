/*
 * step: STEP bytes of text at a time, on machines that can.
 *
 *	step v = step_at(p);
 *	n = step_first(step_or(step_is(v, '"'), step_is(v, '\\')));
 *
 * Where STEP is 0 there is none of this, and callers go byte by byte;
 * -DSTEP_PLAIN makes it so, for comparison and tests.
 */
#ifndef STEP_H
#define STEP_H

#if defined(STEP_PLAIN)
#define STEP 0
#elif defined(__SSE2__)
#define STEP 16
#include <immintrin.h>
#include <stdint.h>

typedef __m128i step;

static inline step
step_at(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline void
step_put(char *p, step v)
{
	_mm_storeu_si128((__m128i *)(void *)p, v);
}

/* Hits: the bytes that are c; those below c, both read as signed; then those
 * of a or b, and those of a but not of b. */
static inline step
step_is(step v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline step
step_below(step v, char c)
{
	return _mm_cmplt_epi8(v, _mm_set1_epi8(c));
}

static inline step
step_or(step a, step b)
{
	return _mm_or_si128(a, b);
}

static inline step
step_but(step a, step b)
{
	return _mm_andnot_si128(b, a);
}

/* v with c where the hits are. */
static inline step
step_set(step v, step hits, char c)
{
	return _mm_or_si128(_mm_andnot_si128(hits, v),
	    _mm_and_si128(hits, _mm_set1_epi8(c)));
}

/* The hits as bits, 0 if there are none; and the place of the first, if any. */
static inline uint64_t
step_bits(step hits)
{
	return (unsigned)_mm_movemask_epi8(hits);
}

static inline unsigned
step_place(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

#elif defined(__aarch64__) && defined(__ARM_NEON)
#define STEP 16
#include <arm_neon.h>
#include <stdint.h>

typedef int8x16_t step;

static inline step
step_at(const char *p)
{
	return vld1q_s8((const int8_t *)p);
}

static inline void
step_put(char *p, step v)
{
	vst1q_s8((int8_t *)p, v);
}

static inline step
step_is(step v, char c)
{
	return vreinterpretq_s8_u8(vceqq_s8(v, vdupq_n_s8((int8_t)c)));
}

static inline step
step_below(step v, char c)
{
	return vreinterpretq_s8_u8(vcltq_s8(v, vdupq_n_s8((int8_t)c)));
}

static inline step
step_or(step a, step b)
{
	return vorrq_s8(a, b);
}

static inline step
step_but(step a, step b)
{
	return vbicq_s8(a, b);
}

static inline step
step_set(step v, step hits, char c)
{
	return vbslq_s8(vreinterpretq_u8_s8(hits), vdupq_n_s8((int8_t)c), v);
}

static inline uint64_t
step_bits(step hits)
{
	/* Four bits a byte: NEON has no movemask. */
	return vget_lane_u64(vreinterpret_u64_u8(
	    vshrn_n_u16(vreinterpretq_u16_s8(hits), 4)), 0);
}

static inline unsigned
step_place(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits) >> 2;
}

#else
#define STEP 0
#endif

#if STEP
/* Where the first hit is; STEP if there is none. */
static inline unsigned
step_first(step hits)
{
	uint64_t bits = step_bits(hits);

	return bits ? step_place(bits) : STEP;
}
#endif

#endif
