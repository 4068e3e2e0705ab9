// Cyclic redundancy checks: a bit at a time, by a table, by the CRC32 instruction, and by products without carries.
#include "program.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { zip = 0xedb88320, castagnoli = 0x82f63b78, size = 5000 };

static uint8_t message[size];
static uint32_t table[256];

static uint32_t step(uint32_t crc, uint32_t polynomial) {
  for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
  return crc;
}

static uint32_t by_bits(uint32_t crc, uint32_t polynomial, const uint8_t *at, size_t count) {
  while (count-- > 0) crc = step(crc ^ *at++, polynomial);
  return crc;
}

static uint32_t by_table(uint32_t crc, const uint8_t *at, size_t count) {
  while (count-- > 0) crc = crc >> 8 ^ table[(crc ^ *at++) & 255];
  return crc;
}

#ifdef __SSE4_2__
static uint32_t by_instruction(uint32_t crc, const uint8_t *at, size_t count) {
  for (; count > 0 && (uintptr_t)at % 8; count--) crc = _mm_crc32_u8(crc, *at++);
  for (; count >= 8; count -= 8, at += 8) crc = (uint32_t)_mm_crc32_u64(crc, *(const uint64_t *)at);
  if (count >= 4) crc = _mm_crc32_u32(crc, *(const uint32_t *)at), at += 4, count -= 4;
  if (count >= 2) crc = _mm_crc32_u16(crc, *(const uint16_t *)at), at += 2, count -= 2;
  return count ? _mm_crc32_u8(crc, *at) : crc;
}
#else
static uint32_t by_instruction(uint32_t crc, const uint8_t *at, size_t count) {
  return by_bits(crc, castagnoli, at, count);
}
#endif

#ifdef __PCLMUL__
/** x to some power, modulo the polynomial, bit-reflected in 33 bits. */
static uint64_t power(int exponent) {
  uint32_t value = 0x80000000;
  for (int i = 0; i < exponent; i++) value = value >> 1 ^ (value & 1 ? zip : 0);
  return (uint64_t)value << 1;
}

/** Folds 16 bytes at a time (Intel, Fast CRC Computation Using PCLMULQDQ); the table does the rest. */
static uint32_t by_products(uint32_t crc, const uint8_t *at, size_t count) {
  if (count < 32) return by_table(crc, at, count);
  const __m128i fold = _mm_set_epi64x((int64_t)power(128 - 32), (int64_t)power(128 + 32));
  __m128i sum = _mm_xor_si128(_mm_loadu_si128((const __m128i *)at), _mm_cvtsi32_si128((int)crc));
  for (at += 16, count -= 16; count >= 16; at += 16, count -= 16) {
    __m128i low = _mm_clmulepi64_si128(sum, fold, 0x00), high = _mm_clmulepi64_si128(sum, fold, 0x11);
    sum = _mm_xor_si128(_mm_xor_si128(low, high), _mm_loadu_si128((const __m128i *)at));
  }
  uint8_t folded[16];
  _mm_storeu_si128((__m128i *)folded, sum);
  return by_table(by_table(0, folded, sizeof folded), at, count);
}
#else
#define by_products by_table
#endif

void program(void) {
  uint64_t seed = 31, hash = 1, differences = 0;
  for (uint32_t i = 0; i < 256; i++) table[i] = step(i, zip);
  for (size_t i = 0; i < size; i++) message[i] = (uint8_t)next_random(&seed);
  for (size_t count = 0; count < 300; count += count < 70 ? 1 : 37) {
    const uint8_t *at = message + count % 17;
    uint32_t crc = ~by_bits(~0u, zip, at, count), other = ~by_bits(~0u, castagnoli, at, count);
    differences += crc != ~by_table(~0u, at, count);
    differences += crc != ~by_products(~0u, at, count);
    differences += other != ~by_instruction(~0u, at, count);
    hash = mix(mix(hash, crc), other);
  }
  print_number("some lengths", hash);
  print_number("zip", ~by_products(~0u, message, size));
  print_number("castagnoli", ~by_instruction(~0u, message, size));
  print_number("of digits", ~by_products(~0u, (const uint8_t *)"123456789", 9));
  print_number("differences", differences);
}
