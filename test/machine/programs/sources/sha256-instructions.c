// SHA-256's blocks by the SHA extensions (SDM volume 2, SHA256RNDS2).
#include <immintrin.h>
#include "sha256.h"

void sha256_block(uint32_t state[8], const uint8_t block[64]) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0);
  const __m128i abef_before = abef, cdgh_before = cdgh;
  __m128i words[4];
  for (int i = 0; i < 4; i++) words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), swap);
  for (int round = 0; round < 16; round++) {
    __m128i *now = &words[round % 4];
    if (round >= 4) {
      __m128i last = words[(round + 3) % 4], before = words[(round + 2) % 4];
      __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*now, words[(round + 1) % 4]), _mm_alignr_epi8(last, before, 4));
      *now = _mm_sha256msg2_epu32(sum, last);
    }
    __m128i keyed = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(sha256_rounds + 4 * round)));
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, keyed);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(keyed, 0x0e));
  }
  low = _mm_shuffle_epi32(_mm_add_epi32(abef, abef_before), 0x1b);
  high = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdgh_before), 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}
