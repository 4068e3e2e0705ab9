// SHA-256 (FIPS 180-4), of messages of every length up to some blocks, and of a long one.
#include "sha256.h"

static uint32_t turned(uint32_t value, int count) {
  return value >> count | value << (32 - count);
}

void sha256_block(uint32_t state[8], const uint8_t block[64]) {
  uint32_t words[64];
  for (int i = 0; i < 16; i++) {
    const uint8_t *at = block + 4 * i;
    words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = words[i - 15], b = words[i - 2];
    uint32_t first = turned(a, 7) ^ turned(a, 18) ^ a >> 3, second = turned(b, 17) ^ turned(b, 19) ^ b >> 10;
    words[i] = words[i - 16] + first + words[i - 7] + second;
  }
  uint32_t s[8];
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int i = 0; i < 64; i++) {
    uint32_t chosen = (s[4] & s[5]) ^ (~s[4] & s[6]), most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    uint32_t one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + chosen + sha256_rounds[i] + words[i];
    uint32_t other = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) + most;
    for (int k = 7; k > 0; k--) s[k] = s[k - 1];
    s[4] += one;
    s[0] = one + other;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}
