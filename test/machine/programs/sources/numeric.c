// What programs do with numbers besides linear algebra: transforms, orbits, series, sorting, and conversions.
#include "program.h"

enum { points = 256 };

static double square_root(double value) {
#ifdef __x86_64__
  __asm__("sqrtsd %1, %0" : "=x"(value) : "x"(value));
#else
  __asm__("fsqrt" : "+t"(value));
#endif
  return value;
}

/** By its series, after reduction to less than an eighth of a turn; `shift` 0 for sine, 1 for cosine. */
static double wave(double angle, int shift) {
  const double quarter = 1.5707963267948966;
  double turns = angle / quarter;
  int whole = (int)(turns < 0 ? turns - 0.5 : turns + 0.5);
  double x = angle - whole * quarter;
  int place = (whole + shift) & 3;
  double term = place & 1 ? 1 : x, sum = term;
  for (int i = place & 1 ? 2 : 3; i < 22; i += 2) {
    term *= -x * x / (i * (i - 1));
    sum += term;
  }
  return place & 2 ? -sum : sum;
}

static double exponential(double x) {
  int whole = (int)(x * 1.4426950408889634);
  double rest = x - whole * 0.6931471805599453, term = 1, sum = 1;
  for (int i = 1; i < 20; i++) {
    term *= rest / i;
    sum += term;
  }
  for (; whole > 0; whole--) sum *= 2;
  for (; whole < 0; whole++) sum *= 0.5;
  return sum;
}

static double real[points], imaginary[points];

/** In place; `sign` -1 there and 1 back. */
static void transform(int sign) {
  for (int i = 1, j = 0; i < points; i++) {
    int bit = points >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      double kept = real[i];
      real[i] = real[j];
      real[j] = kept;
      kept = imaginary[i];
      imaginary[i] = imaginary[j];
      imaginary[j] = kept;
    }
  }
  for (int length = 2; length <= points; length *= 2) {
    double angle = sign * 6.283185307179586 / length;
    for (int k = 0; k < length / 2; k++) {
      double c = wave(angle * k, 1), s = wave(angle * k, 0);
      for (int i = k; i < points; i += length) {
        int j = i + length / 2;
        double x = real[j] * c - imaginary[j] * s, y = real[j] * s + imaginary[j] * c;
        real[j] = real[i] - x;
        imaginary[j] = imaginary[i] - y;
        real[i] += x;
        imaginary[i] += y;
      }
    }
  }
}

static void transforms(void) {
  uint64_t seed = 7, hash = 1;
  double saved[points], worst = 0;
  for (int i = 0; i < points; i++) saved[i] = real[i] = next_unit(&seed) - 0.5;
  transform(-1);
  for (int i = 0; i < points; i++) hash = mix(mix(hash, bits_of(real[i])), bits_of(imaginary[i]));
  transform(1);
  for (int i = 0; i < points; i++) {
    double off = real[i] / points - saved[i];
    if (off < 0) off = -off;
    if (off > worst) worst = off;
  }
  print_number("transform", hash);
  print_number("  off by", bits_of(worst));
  if (worst > 1e-12) print("  too far\n");
}

struct body {
  double at[3], speed[3], mass;
};

static void orbits(void) {
  struct body bodies[5];
  uint64_t seed = 99, hash = 1;
  for (int i = 0; i < 5; i++) {
    for (int k = 0; k < 3; k++) bodies[i].at[k] = 8 * next_unit(&seed) - 4, bodies[i].speed[k] = next_unit(&seed) - 0.5;
    bodies[i].mass = 0.01 + next_unit(&seed);
  }
  for (int step = 0; step < 300; step++) {
    for (int i = 0; i < 5; i++) {
      for (int j = i + 1; j < 5; j++) {
        double apart[3], squared = 0;
        for (int k = 0; k < 3; k++) apart[k] = bodies[i].at[k] - bodies[j].at[k], squared += apart[k] * apart[k];
        double pull = 0.01 / (squared * square_root(squared));
        for (int k = 0; k < 3; k++) {
          bodies[i].speed[k] -= apart[k] * bodies[j].mass * pull;
          bodies[j].speed[k] += apart[k] * bodies[i].mass * pull;
        }
      }
    }
    for (int i = 0; i < 5; i++) {
      for (int k = 0; k < 3; k++) bodies[i].at[k] += 0.01 * bodies[i].speed[k];
    }
    hash = mix(hash, bits_of(bodies[step % 5].at[step % 3]));
  }
  print_number("orbits", hash);
}

static void series(void) {
  uint64_t hash = 1;
  for (int i = -300; i <= 300; i++) {
    double x = i * 0.37;
    hash = mix(mix(mix(hash, bits_of(wave(x, 0))), bits_of(wave(x, 1))), bits_of(exponential(x)));
  }
  print_number("series", hash);
}

/** Sorts, with values that are none of a number in between: every comparison with them is false. */
static void sorting(void) {
  enum { count = 400 };
  static double values[count];
  uint64_t seed = 5, hash = 1;
  for (int i = 0; i < count; i++) values[i] = i % 23 ? next_unit(&seed) - 0.5 : double_of(0x7ff8000000000000u + i);
  for (int i = 1; i < count; i++) {
    double moved = values[i];
    int j = i;
    for (; j > 0 && values[j - 1] > moved; j--) values[j] = values[j - 1];
    values[j] = moved;
  }
  int unordered = 0;
  for (int i = 0; i < count; i++) {
    hash = mix(hash, bits_of(values[i]));
    unordered += i > 0 && !(values[i - 1] <= values[i]);
  }
  print_number("sorting", mix(hash, unordered));
}

#define CONVERSIONS(name, number, bits)                                              \
  static uint64_t name(uint64_t seed) {                                              \
    uint64_t hash = 1;                                                               \
    for (int i = 0; i < 2000; i++) {                                                 \
      uint64_t random = next_random(&seed);                                          \
      number small = (number)(int8_t)random, medium = (number)(int16_t)random;       \
      number wide = (number)(int32_t)random, huge = (number)(int64_t)random;         \
      number unsigned_wide = (number)(uint32_t)random;                               \
      number values[5] = {small, medium, wide, huge / 2, unsigned_wide / 3};         \
      for (int k = 0; k < 5; k++) {                                                  \
        number value = values[k] / 7 + (number)0.25;                                 \
        hash = mix(mix(hash, bits(value)), (uint64_t)(int64_t)value);                \
        if (k < 3) hash = mix(hash, (uint64_t)(int32_t)value);                       \
      }                                                                              \
      hash = mix(hash, bits_of((double)(float)huge) ^ bits_of_float((float)wide));   \
    }                                                                                \
    return hash;                                                                     \
  }

CONVERSIONS(double_conversions, double, bits_of)
CONVERSIONS(float_conversions, float, bits_of_float)

/** Down among the denormals and up to infinity, and what comes of zeros and infinities. */
static void limits(void) {
  uint64_t hash = 1;
  double down = 1, up = 1;
  for (int i = 0; i < 1100; i++) {
    down *= 0.4987654321;
    up *= 2.00001;
    hash = mix(mix(hash, bits_of(down)), bits_of(up));
  }
  float less = 1;
  for (int i = 0; i < 160; i++) {
    less /= 1.97f;
    hash = mix(hash, bits_of_float(less));
  }
  volatile double zero = 0, endless = up;
  volatile double cases[] = {endless - endless, zero * endless, zero / zero, 1 / zero, -1 / zero, endless + 1, -zero};
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < 7; j++) {
      double a = cases[i], b = cases[j];
      hash = mix(hash, bits_of(a + b) ^ (uint64_t)((a < b) + 2 * (a == b) + 4 * (a != b) + 8 * (a >= b)));
      hash = mix(hash, bits_of(a > b ? a : b));
    }
  }
  print_number("limits", hash);
}

void program(void) {
  transforms();
  orbits();
  series();
  sorting();
  print_number("conversions of doubles", double_conversions(3));
  print_number("conversions of floats", float_conversions(4));
  limits();
}
