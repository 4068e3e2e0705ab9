// AES (FIPS 197) with all three lengths of keys: by its definition, and by AES-NI.
#include <immintrin.h>
#include "program.h"

static uint8_t box[256], unbox[256];

static uint8_t doubled(uint8_t value) { return (uint8_t)(value << 1 ^ (value & 0x80 ? 0x1b : 0)); }

static uint8_t product(uint8_t a, uint8_t b) {
  uint8_t sum = 0;
  for (; b; b >>= 1, a = doubled(a)) sum ^= b & 1 ? a : 0;
  return sum;
}

static uint8_t turned(uint8_t value, int by) { return (uint8_t)(value << by | value >> (8 - by)); }

static void make_boxes(void) {
  for (int i = 0; i < 256; i++) {
    uint8_t inverse = 0;
    for (int j = 1; j < 256 && !inverse; j++) inverse = product((uint8_t)i, (uint8_t)j) == 1 ? (uint8_t)j : 0;
    uint8_t mixed = inverse;
    for (int by = 1; by < 5; by++) mixed ^= turned(inverse, by);
    box[i] = mixed ^ 0x63;
    unbox[box[i]] = (uint8_t)i;
  }
}

/** Bytes of round keys from `words` words of key; answers the number of rounds. */
static int expand(uint8_t *keys, const uint8_t *key, int words) {
  int rounds = words + 6;
  uint8_t constant = 1;
  for (int i = 0; i < 4 * words; i++) keys[i] = key[i];
  for (int word = words; word < 4 * (rounds + 1); word++) {
    uint8_t *to = keys + 4 * word, last[4];
    for (int i = 0; i < 4; i++) last[i] = to[i - 4];
    if (word % words == 0) {
      uint8_t first = last[0];
      for (int i = 0; i < 3; i++) last[i] = box[last[i + 1]];
      last[3] = box[first];
      last[0] ^= constant;
      constant = doubled(constant);
    } else if (words > 6 && word % words == 4) {
      for (int i = 0; i < 4; i++) last[i] = box[last[i]];
    }
    for (int i = 0; i < 4; i++) to[i] = to[i - 4 * words] ^ last[i];
  }
  return rounds;
}

static void add(uint8_t *block, const uint8_t *key) {
  for (int i = 0; i < 16; i++) block[i] ^= key[i];
}

/** Substitutes bytes, and turns row r by r columns: to the left, or back to the right. */
static void substitute(uint8_t *block, const uint8_t *by, int back) {
  uint8_t before[16];
  memcpy(before, block, 16);
  for (int i = 0; i < 16; i++) block[i] = by[before[(i + (back ? -4 : 4) * (i & 3)) & 15]];
}

static void mix_columns(uint8_t *block, const uint8_t factors[4]) {
  uint8_t before[16];
  memcpy(before, block, 16);
  for (int i = 0; i < 16; i++) {
    block[i] = 0;
    for (int k = 0; k < 4; k++) block[i] ^= product(before[(i & 12) + ((i + k) & 3)], factors[k]);
  }
}

static void encrypt(uint8_t *block, const uint8_t *keys, int rounds) {
  static const uint8_t factors[4] = {2, 3, 1, 1};
  add(block, keys);
  for (int round = 1; round <= rounds; round++) {
    substitute(block, box, 0);
    if (round < rounds) mix_columns(block, factors);
    add(block, keys + 16 * round);
  }
}

static void decrypt(uint8_t *block, const uint8_t *keys, int rounds) {
  static const uint8_t factors[4] = {14, 11, 13, 9};
  for (int round = rounds; round > 0; round--) {
    add(block, keys + 16 * round);
    if (round < rounds) mix_columns(block, factors);
    substitute(block, unbox, 1);
  }
  add(block, keys);
}

static __m128i key_of(const uint8_t *keys, int round) { return _mm_loadu_si128((const __m128i *)keys + round); }

static __m128i fast_encrypt(__m128i block, const uint8_t *keys, int rounds) {
  block = _mm_xor_si128(block, key_of(keys, 0));
  for (int round = 1; round < rounds; round++) block = _mm_aesenc_si128(block, key_of(keys, round));
  return _mm_aesenclast_si128(block, key_of(keys, rounds));
}

static __m128i fast_decrypt(__m128i block, const uint8_t *keys, int rounds) {
  block = _mm_xor_si128(block, key_of(keys, rounds));
  for (int round = rounds - 1; round > 0; round--) {
    block = _mm_aesdec_si128(block, _mm_aesimc_si128(key_of(keys, round)));
  }
  return _mm_aesdeclast_si128(block, key_of(keys, 0));
}

/** The next round key of 128 bits; `helped`: what AESKEYGENASSIST says of the one before. */
static __m128i next_key(__m128i key, __m128i helped) {
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, _mm_shuffle_epi32(helped, 0xff));
}

static uint64_t differences;

static void same(const void *one, __m128i other) { differences += memcmp(one, &other, 16) != 0; }

static void expand_quickly(const uint8_t *keys) {
  __m128i key = key_of(keys, 0);
#define NEXT(round, constant) same(keys + 16 * round, key = next_key(key, _mm_aeskeygenassist_si128(key, constant)))
  NEXT(1, 1), NEXT(2, 2), NEXT(3, 4), NEXT(4, 8), NEXT(5, 16);
  NEXT(6, 32), NEXT(7, 64), NEXT(8, 128), NEXT(9, 27), NEXT(10, 54);
}

void program(void) {
  uint8_t key[32], keys[16 * 15], plain[16], block[16];
  uint64_t seed = 41, hash = 1;
  make_boxes();
  for (int words = 4; words <= 8; words += 2) {
    for (int i = 0; i < 32; i++) key[i] = (uint8_t)i;
    for (int i = 0; i < 16; i++) block[i] = (uint8_t)(i * 0x11);
    encrypt(block, keys, expand(keys, key, words));
    print_number("appendix C", __builtin_bswap64(*(const uint64_t *)block));
    for (int message = 0; message < 40; message++) {
      for (int i = 0; i < 32; i++) key[i] = (uint8_t)next_random(&seed);
      for (int i = 0; i < 16; i++) block[i] = plain[i] = (uint8_t)next_random(&seed);
      int rounds = expand(keys, key, words);
      if (words == 4) expand_quickly(keys);
      encrypt(block, keys, rounds);
      __m128i fast = fast_encrypt(_mm_loadu_si128((const __m128i *)plain), keys, rounds);
      same(block, fast);
      for (int i = 0; i < 16; i++) hash = mix(hash, block[i]);
      decrypt(block, keys, rounds);
      same(block, fast_decrypt(fast, keys, rounds));
      same(plain, _mm_loadu_si128((const __m128i *)block));
    }
    print_number("so far", hash);
  }
  print_number("differences", differences);
}
