// Arithmetic of SSE as interval libraries and signal processing use it: every rounding, with and without denormals,
// and the flags that stay behind.
#include <immintrin.h>
#include "program.h"

enum { count = 64, flags = 0x3f, flush = 0x8000, denormals_are_zero = 0x40, masked = 0x1f80 };

static double one[count], other[count];
static float small[2 * count], more[2 * count];
static uint64_t hash = 1;

static void keep(__m128i value) {
  uint64_t parts[2];
  _mm_storeu_si128((__m128i *)parts, value);
  hash = mix(mix(hash, parts[0]), parts[1]);
}

static void keep_doubles(__m128d value) { keep(_mm_castpd_si128(value)); }

static void keep_floats(__m128 value) { keep(_mm_castps_si128(value)); }

/** Any number of the kind: denormals, infinities and those that are none, too. */
static void choose(uint64_t *seed) {
  static const uint64_t odd[] = {0, 0x8000000000000000, 1, 0x800fffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
                                 0x7ff8000000000001, 0x7fefffffffffffff, 0x0010000000000000, 0x3ff0000000000000};
  for (int i = 0; i < count; i++) {
    uint64_t bits = next_random(seed), next = next_random(seed);
    one[i] = double_of(bits % 5 ? bits : odd[next % 10]);
    other[i] = double_of(bits % 7 ? one[i] > 0 ? next : bits + (next & 0xffff) : odd[bits % 10]);
  }
  for (int i = 0; i < 2 * count; i++) {
    uint64_t bits = next_random(seed);
    uint32_t a = (uint32_t)bits, b = (uint32_t)(bits >> 32);
    if (bits % 6 == 0) a &= 0x80ffffff, b = (b & 0xfffff) | 0x3f800000;
    __builtin_memcpy(&small[i], &a, 4);
    __builtin_memcpy(&more[i], &b, 4);
  }
}

static void doubles(int i) {
  __m128d a = _mm_loadu_pd(one + i), b = _mm_loadu_pd(other + i);
  keep_doubles(_mm_add_pd(a, b));
  keep_doubles(_mm_sub_pd(a, b));
  keep_doubles(_mm_mul_pd(a, b));
  keep_doubles(_mm_div_pd(a, b));
  keep_doubles(_mm_sqrt_pd(a));
  keep_doubles(_mm_min_pd(a, b));
  keep_doubles(_mm_max_pd(a, b));
  keep_doubles(_mm_cmplt_pd(a, b));
  keep_doubles(_mm_cmpunord_pd(a, b));
  keep_doubles(_mm_cmpneq_sd(a, b));
  keep_doubles(_mm_shuffle_pd(a, b, 1));
  keep_floats(_mm_cvtpd_ps(a));
  keep(_mm_cvtpd_epi32(b));
  keep(_mm_cvttpd_epi32(a));
  hash = mix(hash, (uint64_t)_mm_cvtsd_si64(a) ^ (uint64_t)(int64_t)_mm_cvttsd_si32(b));
  hash = mix(hash, (uint64_t)(_mm_comilt_sd(a, b) + 2 * _mm_ucomieq_sd(a, b) + 4 * _mm_comige_sd(b, a)));
  hash = mix(hash, (uint64_t)_mm_movemask_pd(b));
}

static void floats(int i) {
  __m128 a = _mm_loadu_ps(small + i), b = _mm_loadu_ps(more + i);
  keep_floats(_mm_add_ps(a, b));
  keep_floats(_mm_sub_ps(a, b));
  keep_floats(_mm_mul_ps(a, b));
  keep_floats(_mm_div_ps(a, b));
  keep_floats(_mm_sqrt_ps(b));
  keep_floats(_mm_min_ps(a, b));
  keep_floats(_mm_max_ss(a, b));
  keep_floats(_mm_cmple_ps(a, b));
  keep_floats(_mm_cmpord_ss(a, b));
  keep_floats(_mm_unpacklo_ps(a, b));
  keep_floats(_mm_movehl_ps(a, b));
  keep_floats(_mm_shuffle_ps(a, b, 0x8d));
  keep_doubles(_mm_cvtps_pd(a));
  keep(_mm_cvtps_epi32(a));
  keep(_mm_cvttps_epi32(b));
  keep_floats(_mm_cvtepi32_ps(_mm_castps_si128(b)));
  keep_doubles(_mm_cvtepi32_pd(_mm_castps_si128(a)));
  hash = mix(hash, (uint64_t)_mm_cvtss_si64(b) ^ (uint64_t)(int64_t)_mm_cvttss_si32(a));
  hash = mix(hash, (uint64_t)(_mm_ucomigt_ss(a, b) + 2 * _mm_comieq_ss(a, a)) ^ (uint64_t)_mm_movemask_ps(a) << 8);
}

#ifdef __SSE4_1__
/** What SSE3 and SSE4.1 have added. */
static void newer(int i) {
  __m128d a = _mm_loadu_pd(one + i), b = _mm_loadu_pd(other + i);
  __m128 c = _mm_loadu_ps(small + i), d = _mm_loadu_ps(more + i);
  keep_doubles(_mm_hadd_pd(a, b));
  keep_doubles(_mm_hsub_pd(a, b));
  keep_doubles(_mm_addsub_pd(a, b));
  keep_floats(_mm_hadd_ps(c, d));
  keep_floats(_mm_addsub_ps(c, d));
  keep_floats(_mm_movehdup_ps(c));
  keep_doubles(_mm_movedup_pd(a));
  keep_doubles(_mm_round_pd(a, _MM_FROUND_CUR_DIRECTION));
  keep_doubles(_mm_floor_pd(b));
  keep_floats(_mm_ceil_ps(c));
  keep_floats(_mm_round_ss(c, d, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  keep_floats(_mm_dp_ps(c, d, 0x75));
  keep_doubles(_mm_dp_pd(a, b, 0x31));
  keep_floats(_mm_insert_ps(c, d, 0x98));
  keep_floats(_mm_blendv_ps(c, d, c));
  hash = mix(hash, (uint64_t)_mm_extract_ps(d, 3));
}
#else
static void newer(int i) { (void)i; }
#endif

void program(void) {
  uint64_t seed = 77;
  for (unsigned mode = 0; mode < 16; mode++) {
    unsigned control = masked | (mode & 3) << 13 | (mode & 4 ? flush : 0) | (mode & 8 ? denormals_are_zero : 0);
    _mm_setcsr(masked);
    for (int round = 0; round < 6; round++) {
      choose(&seed);
      for (int i = 0; i < count; i += 2) {
        _mm_setcsr(control);
        doubles(i);
        hash = mix(hash, _mm_getcsr());
        _mm_setcsr(control);
        floats(i * 2);
        hash = mix(hash, _mm_getcsr());
        newer(i);
      }
    }
    hash = mix(hash, _mm_getcsr() & flags);
    _mm_setcsr(masked);
    print_number("so far", hash);
  }
}
