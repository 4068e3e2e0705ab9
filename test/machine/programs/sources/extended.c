// Numbers of 80 bits: every precision and rounding, the operations that are exact by definition, and the state.
#include "program.h"

enum { values = 48 };

struct bytes {
  uint64_t significand;
  uint16_t rest;
};

static long double number[values];
static uint64_t hash = 1;

static void keep(long double value) {
  struct bytes bytes = {0, 0};
  __builtin_memcpy(&bytes, &value, 10);
  hash = mix(mix(hash, bytes.significand), bytes.rest);
}

static unsigned status(void) {
  uint16_t word;
  __asm__ volatile("fnstsw %0\n\tfnclex" : "=am"(word));
  return word;
}

static void set_control(unsigned value) {
  uint16_t word = (uint16_t)value;
  __asm__ volatile("fldcw %0" : : "m"(word));
}

#define UNARY(name, text)                                       \
  static void name(long double x) {                             \
    __asm__ volatile(text : "+t"(x));                           \
    keep(x);                                                    \
    hash = mix(hash, status());                                 \
  }

UNARY(root, "fsqrt")
UNARY(whole, "frndint")
UNARY(negated, "fchs")
UNARY(magnitude, "fabs")

/** With the value beside ST0 kept for one more look. */
#define BINARY(name, text)                                      \
  static void name(long double x, long double y) {              \
    __asm__ volatile(text : "+t"(x) : "u"(y));                  \
    keep(x);                                                    \
    hash = mix(hash, status());                                 \
  }

BINARY(sum, "fadd %%st(1), %%st")
BINARY(difference, "fsub %%st(1), %%st")
BINARY(backwards, "fsubr %%st(1), %%st")
BINARY(product, "fmul %%st(1), %%st")
BINARY(quotient, "fdiv %%st(1), %%st")
BINARY(inverse, "fdivr %%st(1), %%st")
BINARY(scale, "fscale")

/** How far a step of these goes is up to the processor: until there is nothing more to do. */
#define REMAINDER(name, text)                                                                       \
  static void name(long double x, long double y) {                                                  \
    uint16_t word;                                                                                  \
    do __asm__ volatile(text "\n\tfnstsw %1" : "+t"(x), "=am"(word) : "u"(y)); while (word & 0x400); \
    keep(x);                                                                                        \
    hash = mix(hash, status());                                                                     \
  }

REMAINDER(rest, "fprem")
REMAINDER(nearest_rest, "fprem1")

static void parts(long double x) {
  long double exponent, significand;
  __asm__ volatile("fxtract" : "=t"(significand), "=u"(exponent) : "0"(x));
  keep(exponent);
  keep(significand);
  hash = mix(hash, status());
}

static void comparison(long double x, long double y) {
  uint8_t below, equal, unordered;
  __asm__ volatile("fcomi %%st(1), %%st" : "=@ccb"(below), "=@ccz"(equal), "=@ccp"(unordered) : "t"(x), "u"(y));
  uint16_t compared, examined;
  __asm__ volatile("fucom %%st(1)\n\tfnstsw %0\n\tfxam\n\tfnstsw %1" : "=m"(compared), "=m"(examined) : "t"(x), "u"(y));
  hash = mix(hash, (uint64_t)(below + 2 * equal + 4 * unordered) ^ (uint64_t)compared << 8 ^ (uint64_t)examined << 32);
  status();
}

static void stored(long double x) {
  struct bytes digits = {0, 0};
  __asm__ volatile("fld %%st\n\tfbstp %0" : "=m"(digits) : "t"(x));
  hash = mix(mix(mix(hash, digits.significand), digits.rest), status());
  int16_t narrow;
  int32_t medium;
  int64_t wide;
  float single;
  double twice;
  __asm__ volatile("fist %0" : "=m"(narrow) : "t"(x));
  __asm__ volatile("fist %0" : "=m"(medium) : "t"(x));
  __asm__ volatile("fld %%st\n\tfistpll %0" : "=m"(wide) : "t"(x));
  hash = mix(mix(hash, (uint64_t)narrow ^ (uint64_t)medium << 20 ^ (uint64_t)wide), status());
  __asm__ volatile("fsts %0" : "=m"(single) : "t"(x));
  __asm__ volatile("fstl %0" : "=m"(twice) : "t"(x));
  hash = mix(mix(mix(hash, bits_of_float(single)), bits_of(twice)), status());
  __asm__ volatile("fbld %1" : "=t"(x) : "m"(digits));
  keep(x);
}

static void constants(void) {
  long double pushed[7];
  __asm__ volatile(
      "fld1\n\tfstpt %0\n\tfldl2t\n\tfstpt %1\n\tfldl2e\n\tfstpt %2\n\tfldpi\n\tfstpt %3\n\t"
      "fldlg2\n\tfstpt %4\n\tfldln2\n\tfstpt %5\n\tfldz\n\tfstpt %6"
      : "=m"(pushed[0]), "=m"(pushed[1]), "=m"(pushed[2]), "=m"(pushed[3]), "=m"(pushed[4]), "=m"(pushed[5]),
        "=m"(pushed[6]));
  for (int i = 0; i < 7; i++) keep(pushed[i]);
}

/** Everything to memory, a new beginning, and back: what is in between must not be seen. */
static void switched(long double x) {
  uint8_t saved[108];
  long double before = x * 3, after;
  __asm__ volatile("fnsave %0" : "=m"(saved));
  __asm__ volatile("fldpi\n\tfldz\n\tfldl2e\n\tfninit");
  __asm__ volatile("frstor %0" : : "m"(saved));
  after = x * 3;
  keep(after);
  hash = mix(hash, __builtin_memcmp(&before, &after, 10) == 0);
  status();
}

static void choose(uint64_t *seed) {
  for (int i = 0; i < values; i++) {
    uint64_t random = next_random(seed);
    uint64_t near_one = (random & 0x8000) | (0x3fff - 40 + random % 80);
    struct bytes bytes = {next_random(seed) | (uint64_t)1 << 63, (uint16_t)near_one};
    if (i % 8 == 5) bytes.rest = (uint16_t)random;
    if (i % 8 == 6) bytes.significand &= (uint64_t)-1 << (random >> 32 & 63);
    if (i % 16 == 9) bytes.rest &= 0x8000, bytes.significand >>= 1 + (random >> 40) % 63;
    if (i == 10) bytes.rest |= 0x7fff, bytes.significand = (uint64_t)1 << 63;
    if (i == 11) bytes.rest |= 0x7fff;
    if (i == 12) bytes.rest &= 0x8000, bytes.significand = 0;
    __builtin_memcpy(&number[i], &bytes, 10);
  }
}

/** As compilers use the unit, with numbers that they keep in registers over many steps. */
static void program_of_numbers(void) {
  long double terms = 0, power = 1, a = 1, b = 0.7071067811865475244L, t = 0.25L, p = 1;
  for (int i = 1; i < 60; i++) terms += (power /= i);
  for (int i = 0; i < 5; i++) {
    long double next = (a + b) / 2, root = a * b;
    __asm__("fsqrt" : "+t"(root));
    t -= p * (a - next) * (a - next);
    b = root, a = next, p *= 2;
  }
  keep(terms);
  keep((a + b) * (a + b) / (4 * t));
}

void program(void) {
  uint64_t seed = 87;
  __asm__ volatile("fninit");
  for (unsigned mode = 0; mode < 16; mode++) {
    if ((mode & 3) == 1) continue;
    for (int round = 0; round < 4; round++) {
      set_control(0x37f);
      choose(&seed);
      set_control(0x7f | (mode & 3) << 8 | (mode >> 2) << 10);
      for (int i = 0; i < values; i++) {
        long double x = number[i], y = number[(i + 7 * round + 1) % values];
        root(x), whole(x), negated(x), magnitude(x), parts(x), stored(x), comparison(x, y), scale(x, y);
        sum(x, y), difference(x, y), backwards(x, y), product(x, y), quotient(x, y), inverse(x, y);
        nearest_rest(x, y), rest(x, y);
      }
      constants();
      switched(number[round]);
      program_of_numbers();
    }
    set_control(0x37f);
    print_number("so far", hash);
  }
}
