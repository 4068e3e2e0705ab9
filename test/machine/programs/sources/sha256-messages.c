#include "sha256.h"

const uint32_t sha256_rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t beginning[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static void digest(uint32_t state[8], const uint8_t *message, size_t length) {
  uint8_t last[128] = {0};
  size_t whole = length / 64 * 64, rest = length - whole;
  size_t padded = rest < 56 ? 64 : 128;
  for (int i = 0; i < 8; i++) state[i] = beginning[i];
  for (size_t at = 0; at < whole; at += 64) sha256_block(state, message + at);
  memcpy(last, message + whole, rest);
  last[rest] = 0x80;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = (uint8_t)((uint64_t)length * 8 >> (8 * i));
  for (size_t at = 0; at < padded; at += 64) sha256_block(state, last + at);
}

static uint8_t message[0x8000];

static void show(const char *name, const uint32_t state[8]) {
  for (int i = 0; i < 8; i += 2) print_number(name, (uint64_t)state[i] << 32 | state[i + 1]);
}

void program(void) {
  uint32_t state[8];
  digest(state, (const uint8_t *)"abc", 3);
  show("abc", state);
  uint64_t seed = 1, hash = 1;
  for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)next_random(&seed);
  for (size_t length = 0; length < 200; length++) {
    digest(state, message + length, length);
    for (int i = 0; i < 8; i++) hash = mix(hash, state[i]);
  }
  print_number("200 lengths", hash);
  digest(state, message, sizeof message);
  show("32 KiB", state);
}
