// Integers in lanes, as drawing, sound and video use them: every operation beside its plain form.
#include <immintrin.h>
#include "program.h"

enum { count = 64, rounds = 60 };

static int16_t one[count], other[count], plain16[count], vector16[count];
static uint8_t bytes[2 * count], more[2 * count], plain8[2 * count], vector8[2 * count];
static int32_t plain32[count], vector32[count];

static uint64_t hash = 1;
static int differences;

static void same(const void *plain, const void *vector, size_t size) {
  differences += memcmp(plain, vector, size) != 0;
  const uint8_t *at = vector;
  for (size_t i = 0; i < size; i++) hash = mix(hash, at[i]);
}

static __m128i block(const void *from, size_t index) { return _mm_loadu_si128((const __m128i *)from + index); }

static void keep(void *to, size_t index, __m128i value) { _mm_storeu_si128((__m128i *)to + index, value); }

/** Two pictures, mixed by an alpha of 0 to 255. */
static void blend(int alpha) {
  const __m128i zero = _mm_setzero_si128(), weight = _mm_set1_epi16((short)alpha), rest = _mm_set1_epi16((short)(255 - alpha));
  for (int i = 0; i < 2 * count; i++) {
    unsigned sum = (unsigned)(bytes[i] * alpha + more[i] * (255 - alpha) + 128);
    plain8[i] = (uint8_t)((sum + (sum >> 8)) >> 8);
  }
  for (size_t i = 0; i < 2 * count / 16; i++) {
    __m128i halves[2];
    for (int k = 0; k < 2; k++) {
      __m128i a = k ? _mm_unpackhi_epi8(block(bytes, i), zero) : _mm_unpacklo_epi8(block(bytes, i), zero);
      __m128i b = k ? _mm_unpackhi_epi8(block(more, i), zero) : _mm_unpacklo_epi8(block(more, i), zero);
      __m128i sum = _mm_add_epi16(_mm_add_epi16(_mm_mullo_epi16(a, weight), _mm_mullo_epi16(b, rest)), _mm_set1_epi16(128));
      halves[k] = _mm_srli_epi16(_mm_add_epi16(sum, _mm_srli_epi16(sum, 8)), 8);
    }
    keep(vector8, i, _mm_packus_epi16(halves[0], halves[1]));
  }
  same(plain8, vector8, sizeof plain8);
}

/** Sums of products, as filters make them. */
static void products(void) {
  for (int i = 0; i < count / 2; i++) {
    plain32[i] = (int32_t)((uint32_t)(one[2 * i] * other[2 * i]) + (uint32_t)(one[2 * i + 1] * other[2 * i + 1]));
  }
  for (size_t i = 0; i < count / 8; i++) keep(vector32, i, _mm_madd_epi16(block(one, i), block(other, i)));
  same(plain32, vector32, count * 2);
  for (int i = 0; i < count; i++) plain16[i] = (int16_t)((one[i] * other[i]) >> 16);
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_mulhi_epi16(block(one, i), block(other, i)));
  same(plain16, vector16, sizeof plain16);
  for (int i = 0; i < count; i++) plain16[i] = (int16_t)(((uint32_t)(uint16_t)one[i] * (uint16_t)other[i]) >> 16);
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_mulhi_epu16(block(one, i), block(other, i)));
  same(plain16, vector16, sizeof plain16);
}

#define SATURATED(type, array, plain, vector, least, most, operation, intrinsic)                       \
  do {                                                                                                 \
    for (size_t i = 0; i < sizeof plain / sizeof(type); i++) {                                         \
      int a = ((const type *)(array))[i], b = ((const type *)(array##_other))[i];                      \
      ((type *)plain)[i] = (type)clamped(a operation b, least, most);                                  \
    }                                                                                                  \
    for (size_t i = 0; i < sizeof plain / 16; i++) keep(vector, i, intrinsic(block(array, i), block(array##_other, i))); \
    same(plain, vector, sizeof plain);                                                                 \
  } while (0)

static void saturated(void) {
  const void *words = one, *words_other = other, *small = bytes, *small_other = more;
  SATURATED(int16_t, words, plain16, vector16, -32768, 32767, +, _mm_adds_epi16);
  SATURATED(int16_t, words, plain16, vector16, -32768, 32767, -, _mm_subs_epi16);
  SATURATED(uint16_t, words, plain16, vector16, 0, 65535, +, _mm_adds_epu16);
  SATURATED(uint16_t, words, plain16, vector16, 0, 65535, -, _mm_subs_epu16);
  SATURATED(int8_t, small, plain8, vector8, -128, 127, +, _mm_adds_epi8);
  SATURATED(int8_t, small, plain8, vector8, -128, 127, -, _mm_subs_epi8);
  SATURATED(uint8_t, small, plain8, vector8, 0, 255, +, _mm_adds_epu8);
  SATURATED(uint8_t, small, plain8, vector8, 0, 255, -, _mm_subs_epu8);
}

/** Distances between blocks, as in the search for motion. */
static void distances(void) {
  uint64_t sum = 0, sums[2];
  for (int i = 0; i < 2 * count; i++) {
    int apart = bytes[i] - more[i];
    sum += (uint64_t)(apart < 0 ? -apart : apart);
    plain8[i] = (uint8_t)((bytes[i] + more[i] + 1) >> 1);
  }
  __m128i found = _mm_setzero_si128();
  for (size_t i = 0; i < 2 * count / 16; i++) {
    found = _mm_add_epi64(found, _mm_sad_epu8(block(bytes, i), block(more, i)));
    keep(vector8, i, _mm_avg_epu8(block(bytes, i), block(more, i)));
  }
  keep(sums, 0, found);
  sums[0] += sums[1];
  same(&sum, sums, sizeof sum);
  same(plain8, vector8, sizeof plain8);
}

/** Shifts by what a register says, too far as well, and a transposed square of words. */
static void shifts(int by) {
  const __m128i amount = _mm_cvtsi32_si128(by);
  for (int i = 0; i < count; i++) plain16[i] = (int16_t)(one[i] >> (by > 15 ? 15 : by));
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_sra_epi16(block(one, i), amount));
  same(plain16, vector16, sizeof plain16);
  for (int i = 0; i < count; i++) plain16[i] = (int16_t)(by > 15 ? 0 : (uint16_t)one[i] << by);
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_sll_epi16(block(one, i), amount));
  same(plain16, vector16, sizeof plain16);
  for (int i = 0; i < 4; i++) {
    for (int k = 0; k < 4; k++) plain16[4 * i + k] = one[4 * k + i];
  }
  __m128i a = block(one, 0), b = block(one, 1);
  __m128i low = _mm_unpacklo_epi16(a, _mm_srli_si128(a, 8)), high = _mm_unpacklo_epi16(b, _mm_srli_si128(b, 8));
  keep(vector16, 0, _mm_unpacklo_epi32(low, high));
  keep(vector16, 1, _mm_unpackhi_epi32(low, high));
  same(plain16, vector16, 32);
  __m128i turned = _mm_shufflelo_epi16(_mm_shufflehi_epi16(_mm_shuffle_epi32(a, 0x4e), 0x1b), 0xb1);
  hash = mix(hash, (uint64_t)_mm_extract_epi16(_mm_insert_epi16(turned, by, 3), 3) + (uint64_t)_mm_extract_epi16(turned, 6));
}

#ifdef __SSE4_1__
/** What SSSE3 and SSE4.1 have added. */
static void newer(void) {
  const __m128i zero = _mm_setzero_si128();
  for (int i = 0; i < count; i++) plain16[i] = (int16_t)((one[i] * other[i] + 0x4000) >> 15);
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_mulhrs_epi16(block(one, i), block(other, i)));
  same(plain16, vector16, sizeof plain16);
  for (int i = 0; i < count; i++) {
    plain16[i] = (int16_t)clamped(bytes[2 * i] * (int8_t)more[2 * i] + bytes[2 * i + 1] * (int8_t)more[2 * i + 1], -32768, 32767);
  }
  for (size_t i = 0; i < count / 8; i++) keep(vector16, i, _mm_maddubs_epi16(block(bytes, i), block(more, i)));
  same(plain16, vector16, sizeof plain16);
  for (int i = 0; i < count / 2; i++) plain32[i] = clamped(one[i], -99, 999) * (int32_t)other[i];
  for (size_t i = 0; i < count / 8; i++) {
    __m128i wide = _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(one + 4 * i)));
    __m128i factor = _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(other + 4 * i)));
    wide = _mm_max_epi32(_mm_min_epi32(wide, _mm_set1_epi32(999)), _mm_set1_epi32(-99));
    keep(vector32, i, _mm_mullo_epi32(wide, factor));
  }
  same(plain32, vector32, count * 2);
  for (int i = 0; i < 2 * count; i++) plain8[i] = bytes[i] & 0x80 ? more[i] : (uint8_t)((int8_t)bytes[i] < 0 ? -bytes[i] : bytes[i]);
  for (size_t i = 0; i < 2 * count / 16; i++) {
    __m128i mask = block(bytes, i);
    keep(vector8, i, _mm_blendv_epi8(_mm_abs_epi8(mask), block(more, i), mask));
  }
  same(plain8, vector8, sizeof plain8);
  __m128i a = block(one, 0), b = block(other, 0);
  __m128i all[] = {_mm_alignr_epi8(a, b, 5),        _mm_hadd_epi16(a, b),        _mm_hsubs_epi16(a, b),  _mm_sign_epi16(a, b),
                   _mm_packus_epi32(a, b),          _mm_minpos_epu16(a),         _mm_mpsadbw_epu8(a, b, 5), _mm_cmpeq_epi64(a, b),
                   _mm_blend_epi16(a, b, 0x5a),     _mm_cvtepu8_epi16(a),        _mm_cvtepi8_epi64(b),   _mm_insert_epi8(a, 77, 9),
                   _mm_insert_epi64(a, -5, 1),      _mm_mul_epi32(a, b),         _mm_min_epu16(a, b),    _mm_max_epi8(a, b),
                   _mm_cmpgt_epi64(a, b),           _mm_hadd_epi32(a, b),        _mm_shuffle_epi8(a, b), _mm_insert_epi32(b, 9, 2)};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) same(&all[i], &all[i], 16);
  hash = mix(hash, (uint64_t)(_mm_testz_si128(a, b) + 2 * _mm_testc_si128(a, a) + 4 * _mm_testnzc_si128(a, b)));
  hash = mix(hash, (uint64_t)_mm_extract_epi64(a, 1) ^ (uint64_t)_mm_extract_epi8(b, 11) ^ (uint64_t)_mm_extract_epi32(a, 2));
  hash = mix(hash, (uint64_t)_mm_testz_si128(zero, zero));
}
#else
static void newer(void) {}
#endif

void program(void) {
  uint64_t seed = 21;
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < count; i++) one[i] = (int16_t)next_random(&seed), other[i] = (int16_t)next_random(&seed);
    for (int i = 0; i < 2 * count; i++) bytes[i] = (uint8_t)next_random(&seed), more[i] = (uint8_t)next_random(&seed);
    blend(round * 4);
    products();
    saturated();
    distances();
    shifts(round % 20);
    newer();
    if (round % 12 == 0) print_number("so far", hash);
  }
  print_number("pixels", hash);
  print_number("differences", (uint64_t)differences);
}
