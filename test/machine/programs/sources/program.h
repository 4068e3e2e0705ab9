// What programs share: there is no C library here.
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Where a program begins; it ends by returning. */
void program(void);

void print(const char *text);
/** A line: a name, and a number as 16 hexadecimal digits. */
void print_number(const char *name, uint64_t value);

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *one, const void *other, size_t count);

/** A hash with one more number in it. */
static inline uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 29);
}

/** Xorshift64*; the state is never 0. */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t at = *state;
  at ^= at >> 12;
  at ^= at << 25;
  at ^= at >> 27;
  *state = at;
  return at * 0x2545f4914f6cdd1du;
}

static inline uint64_t bits_of(double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline uint32_t bits_of_float(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

static inline int clamped(int value, int least, int most) {
  return value < least ? least : value > most ? most : value;
}

/** From 0 to 1. */
static inline double next_unit(uint64_t *state) {
  return (double)(int64_t)(next_random(state) >> 11) * 0x1p-53;
}
