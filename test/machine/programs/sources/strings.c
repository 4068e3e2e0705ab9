// Copies, lengths, searches and comparisons of bytes, at every alignment and at the ends of pages: a byte at a time,
// and 16 at a time by what processors have had since SSE2, SSSE3 and SSE4.2.
#include "program.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { page = 4096, room = 3 * page };

static uint8_t from[room] __attribute__((aligned(4096))), to[room] __attribute__((aligned(4096)));

static void plain_copy(uint8_t *destination, const uint8_t *source, size_t count) {
  for (size_t i = 0; i < count; i++) destination[i] = source[i];
}

static size_t plain_length(const uint8_t *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

static long plain_find(const uint8_t *text, size_t count, uint8_t wanted) {
  for (size_t i = 0; i < count; i++) {
    if (text[i] == wanted) return (long)i;
  }
  return -1;
}

static int plain_compare(const uint8_t *one, const uint8_t *other) {
  while (*one && *one == *other) one++, other++;
  return *one - *other;
}

/** Bytes before the first of a set. */
static size_t plain_span(const uint8_t *text, const char *set) {
  size_t length = 0;
  for (; text[length]; length++) {
    for (const char *one = set; *one; one++) {
      if (text[length] == (uint8_t)*one) return length;
    }
  }
  return length;
}

static uint64_t plain_count(const uint8_t *text, size_t count, uint8_t wanted) {
  uint64_t found = 0;
  for (size_t i = 0; i < count; i++) found += text[i] == wanted;
  return found;
}

static void plain_reverse(uint8_t *destination, const uint8_t *source, size_t count) {
  for (size_t i = 0; i < count; i++) destination[i] = source[count - 1 - i];
}

/** Without overflow: 255 is the most. */
static void plain_add(uint8_t *destination, const uint8_t *source, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int sum = destination[i] + source[i];
    destination[i] = (uint8_t)(sum > 255 ? 255 : sum);
  }
}

#ifdef __x86_64__
static __m128i any(const uint8_t *at) { return _mm_loadu_si128((const __m128i *)at); }

static void vector_copy(uint8_t *destination, const uint8_t *source, size_t count) {
  if (count < 16) return plain_copy(destination, source, count);
  size_t at = 0;
  for (; at + 64 <= count; at += 64) {
    __m128i a = any(source + at), b = any(source + at + 16), c = any(source + at + 32), d = any(source + at + 48);
    _mm_storeu_si128((__m128i *)(destination + at), a);
    _mm_storeu_si128((__m128i *)(destination + at + 16), b);
    _mm_storel_epi64((__m128i *)(destination + at + 32), c);
    _mm_storeh_pd((double *)(destination + at + 40), _mm_castsi128_pd(c));
    _mm_storeu_ps((float *)(destination + at + 48), _mm_castsi128_ps(d));
  }
  for (; at + 16 <= count; at += 16) _mm_storeu_si128((__m128i *)(destination + at), any(source + at));
  _mm_storeu_si128((__m128i *)(destination + count - 16), any(source + count - 16));
}

/** Past the caches, where it is aligned. */
static void stream_copy(uint8_t *destination, const uint8_t *source, size_t count) {
  while (count > 0 && (uintptr_t)destination % 16) *destination++ = *source++, count--;
  for (; count >= 16; count -= 16, source += 16, destination += 16) _mm_stream_si128((__m128i *)destination, any(source));
  _mm_sfence();
  plain_copy(destination, source, count);
}

/** Reads whole aligned blocks, also in front of the text and behind it. */
static size_t vector_length(const uint8_t *text) {
  const __m128i *block = (const __m128i *)((uintptr_t)text & ~15ul);
  const __m128i zero = _mm_setzero_si128();
  unsigned skipped = (unsigned)((uintptr_t)text & 15);
  unsigned ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128(block), zero)) >> skipped;
  if (ends) return (size_t)__builtin_ctz(ends);
  for (;;) {
    ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_load_si128(++block), zero));
    if (ends) return (size_t)((const uint8_t *)block - text) + (size_t)__builtin_ctz(ends);
  }
}

static long vector_find(const uint8_t *text, size_t count, uint8_t wanted) {
  __m128i sought = _mm_set1_epi8((char)wanted);
  size_t at = 0;
  for (; at + 16 <= count; at += 16) {
    unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(any(text + at), sought));
    if (found) return (long)(at + (size_t)__builtin_ctz(found));
  }
  long rest = plain_find(text + at, count - at, wanted);
  return rest < 0 ? rest : (long)at + rest;
}

static uint64_t vector_count(const uint8_t *text, size_t count, uint8_t wanted) {
  __m128i sought = _mm_set1_epi8((char)wanted), sums = _mm_setzero_si128();
  size_t at = 0;
  for (; at + 16 <= count; at += 16) {
    __m128i equal = _mm_sub_epi8(_mm_setzero_si128(), _mm_cmpeq_epi8(any(text + at), sought));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(equal, _mm_setzero_si128()));
  }
  uint64_t found = (uint64_t)_mm_cvtsi128_si64(sums) + (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
  return found + plain_count(text + at, count - at, wanted);
}

static void vector_add(uint8_t *destination, const uint8_t *source, size_t count) {
  size_t at = 0;
  for (; at + 16 <= count; at += 16) {
    _mm_storeu_si128((__m128i *)(destination + at), _mm_adds_epu8(any(destination + at), any(source + at)));
  }
  plain_add(destination + at, source + at, count - at);
}

#ifdef __SSE4_2__
static int vector_compare(const uint8_t *one, const uint8_t *other) {
  enum { how = _SIDD_UBYTE_OPS | _SIDD_CMP_EQUAL_EACH | _SIDD_NEGATIVE_POLARITY };
  for (;; one += 16, other += 16) {
    __m128i a = any(one), b = any(other);
    if (_mm_cmpistrc(a, b, how)) {
      int at = _mm_cmpistri(a, b, how);
      return one[at] - other[at];
    }
    if (_mm_cmpistrz(a, b, how)) return 0;
  }
}

static size_t vector_span(const uint8_t *text, const char *set) {
  static uint8_t padded[16];
  plain_copy(padded, (const uint8_t *)set, plain_length((const uint8_t *)set) + 1);
  __m128i wanted = any(padded);
  for (size_t at = 0;; at += 16) {
    __m128i block = any(text + at);
    if (_mm_cmpistrc(wanted, block, 0)) return at + (size_t)_mm_cmpistri(wanted, block, 0);
    if (_mm_cmpistrz(wanted, block, 0)) return at + plain_length(text + at);
  }
}

static void vector_reverse(uint8_t *destination, const uint8_t *source, size_t count) {
  const __m128i order = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  size_t at = 0;
  for (; at + 16 <= count; at += 16) {
    _mm_storeu_si128((__m128i *)(destination + at), _mm_shuffle_epi8(any(source + count - 16 - at), order));
  }
  plain_reverse(destination + at, source, count - at);
}
#else
#define vector_compare plain_compare
#define vector_span plain_span
#define vector_reverse plain_reverse
#endif
#else
#define vector_copy plain_copy
#define stream_copy plain_copy
#define vector_length plain_length
#define vector_find plain_find
#define vector_count plain_count
#define vector_add plain_add
#define vector_compare plain_compare
#define vector_span plain_span
#define vector_reverse plain_reverse
#endif

static uint64_t hash_of(const uint8_t *bytes, size_t count) {
  uint64_t hash = count;
  for (size_t i = 0; i < count; i++) hash = mix(hash, bytes[i]);
  return hash;
}

static uint64_t seed = 11;

/** Letters, ended by a 0; `tail`: how many bytes stand from its beginning to the end of a page. */
static uint8_t *text_of(size_t length, size_t tail) {
  uint8_t *text = from + 2 * page - tail;
  for (size_t i = 0; i < length; i++) text[i] = (uint8_t)('a' + next_random(&seed) % 26);
  text[length] = 0;
  return text;
}

static uint64_t hash = 1;
static uint64_t differences;

/** What the plain and the other way have answered. */
static void same(uint64_t plain, uint64_t vector) {
  differences += plain != vector;
  hash = mix(hash, plain);
}

typedef void copier(uint8_t *destination, const uint8_t *source, size_t count);

static uint64_t copied(copier *copy, size_t skew, size_t other, size_t count) {
  for (size_t i = 0; i < count + 32; i++) to[page + i] = (uint8_t)(i * 7);
  copy(to + page + skew, from + other, count);
  return hash_of(to + page, count + 32);
}

void program(void) {
  for (size_t i = 0; i < room; i++) from[i] = (uint8_t)next_random(&seed);
  for (size_t count = 0; count < 200; count += count < 40 ? 1 : 29) {
    for (size_t skew = 0; skew < 16; skew += 5) {
      size_t other = page - 3 * skew - count / 2;
      same(copied(plain_copy, skew, other, count), copied(vector_copy, skew, other, count));
      same(copied(plain_copy, skew, other, count), copied(stream_copy, skew, other, count));
      same(copied(plain_reverse, skew, other, count), copied(vector_reverse, skew, other, count));
      same(copied(plain_add, skew, other, count), copied(vector_add, skew, other, count));
      same((uint64_t)plain_find(from + other, count, 0x41), (uint64_t)vector_find(from + other, count, 0x41));
      same(plain_count(from + other, count, 0x80), vector_count(from + other, count, 0x80));
    }
  }
  print_number("blocks", hash);
  for (size_t length = 0; length < 70; length++) {
    for (size_t tail = length + 1; tail < length + 40; tail += 13) {
      const uint8_t *text = text_of(length, tail);
      same(plain_length(text), vector_length(text));
      same(plain_span(text, "xyz"), vector_span(text, "xyz"));
      plain_copy(to, text, length + 1);
      same((uint64_t)plain_compare(text, to), (uint64_t)vector_compare(text, to));
      if (length > 0) to[length * 2 / 3] ^= 4;
      same((uint64_t)plain_compare(text, to), (uint64_t)vector_compare(text, to));
    }
  }
  print_number("texts", hash);
  print_number("differences", differences);
}
