// Integers in the registers of x87, as programs used them before SSE, with x87 in between: every operation beside its
// plain form.
#include <mmintrin.h>
#include "program.h"

enum { words = 64, rounds = 60 };

static int16_t one[words], other[words], plain[words], vector[words];
static uint64_t hash = 1, differences;

static __m64 *lanes(int16_t *of) { return (__m64 *)of; }

static void same(void) {
  _mm_empty();
  differences += memcmp(plain, vector, sizeof plain) != 0;
  for (int i = 0; i < words; i++) hash = mix(hash, (uint16_t)vector[i]);
}

#define EACH(type, expression, intrinsic)                                                              \
  do {                                                                                                 \
    for (size_t i = 0; i < sizeof plain / (sizeof(type)); i++) {                                       \
      int a = ((type *)one)[i], b = ((type *)other)[i];                                                \
      ((type *)plain)[i] = (type)(expression);                                                         \
    }                                                                                                  \
    for (int i = 0; i < words / 4; i++) lanes(vector)[i] = intrinsic(lanes(one)[i], lanes(other)[i]);  \
    same();                                                                                            \
  } while (0)

static void arithmetic(void) {
  EACH(int16_t, a + b, _mm_add_pi16);
  EACH(int8_t, a - b, _mm_sub_pi8);
  EACH(int16_t, clamped(a + b, -32768, 32767), _mm_adds_pi16);
  EACH(uint8_t, clamped(a - b, 0, 255), _mm_subs_pu8);
  EACH(uint16_t, clamped(a + b, 0, 65535), _mm_adds_pu16);
  EACH(int16_t, a * b, _mm_mullo_pi16);
  EACH(int16_t, a *b >> 16, _mm_mulhi_pi16);
  EACH(int8_t, a > b ? -1 : 0, _mm_cmpgt_pi8);
  EACH(int16_t, a == b ? -1 : 0, _mm_cmpeq_pi16);
  EACH(uint8_t, ~a & b, _mm_andnot_si64);
}

static void products_and_packs(int by) {
  for (int i = 0; i < words; i += 2) {
    uint32_t sum = (uint32_t)(one[i] * other[i]) + (uint32_t)(one[i + 1] * other[i + 1]);
    memcpy(plain + i, &sum, 4);
  }
  for (int i = 0; i < words / 4; i++) lanes(vector)[i] = _mm_madd_pi16(lanes(one)[i], lanes(other)[i]);
  same();
  for (int i = 0; i < words; i++) plain[i] = (int16_t)(by > 15 ? one[i] >> 15 : one[i] >> by);
  for (int i = 0; i < words / 4; i++) lanes(vector)[i] = _mm_sra_pi16(lanes(one)[i], _mm_cvtsi32_si64(by));
  same();
  for (int i = 0; i < words / 4; i++) {
    for (int k = 0; k < 4; k++) ((uint8_t *)plain)[8 * i + k] = (uint8_t)clamped(one[4 * i + k] >> 7, 0, 255);
    for (int k = 0; k < 4; k++) ((uint8_t *)plain)[8 * i + 4 + k] = (uint8_t)clamped(other[4 * i + k] >> 7, 0, 255);
    lanes(vector)[i] = _mm_packs_pu16(_mm_srai_pi16(lanes(one)[i], 7), _mm_srai_pi16(lanes(other)[i], 7));
  }
  same();
  for (int i = 0; i < words / 4; i++) {
    for (int k = 0; k < 4; k++) plain[4 * i + k] = k & 1 ? other[4 * i + 2 + k / 2] : one[4 * i + 2 + k / 2];
    lanes(vector)[i] = _mm_unpackhi_pi16(lanes(one)[i], lanes(other)[i]);
  }
  same();
}

/** The registers are those of x87: after EMMS they hold its numbers again. */
static void between(int round) {
  double root = round + 0.5;
  __asm__("fsqrt" : "+t"(root));
  hash = mix(hash, bits_of(root));
  uint16_t tags;
  uint8_t saved[28];
  lanes(vector)[0] = _mm_add_pi32(lanes(one)[0], lanes(other)[1]);
  __asm__ volatile("movq %1, %%mm3\n\tfnstenv %0\n\tfldenv %0" : "=m"(saved) : "m"(vector[0]) : "mm3");
  memcpy(&tags, saved + 8, sizeof tags);
  _mm_empty();
  hash = mix(mix(hash, tags), (uint16_t)vector[1]);
}

void program(void) {
  uint64_t seed = 61;
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < words; i++) {
      one[i] = (int16_t)next_random(&seed);
      other[i] = i % 9 ? (int16_t)next_random(&seed) : one[i];
    }
    arithmetic();
    products_and_packs(round % 20);
    between(round);
    if (round % 12 == 0) print_number("so far", hash);
  }
  print_number("mmx", hash);
  print_number("differences", differences);
}
