// Runs single floating-point operations on the host CPU, SSE and x87: requests on standard input (operation
// number, control, count, operands), results on standard output. Operations are numbered as in operations.ts.
// gcc -O1 -msse4.1 -o float-recorder float-recorder.c
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

struct __attribute__((packed)) operands {
  uint8_t a[16], b[16];
};

// `more`: the relation of a comparison; C0, C2 and C3 where the operation defines them.
struct __attribute__((packed)) result {
  uint64_t low;
  uint16_t high, more;
  uint32_t flags;
};

enum { EXCEPTIONS = 0x3f, C1 = 0x200, C2 = 0x400, CONDITIONS = 0x4500, ALL_MASKED = 0x37f, MXCSR_MASKS = 0x1f80 };

static volatile uint32_t trapped;

// An unmasked exception of SSE: keeps the flags, and has the instruction done again with all masked.
static void on_signal(int number, siginfo_t *info, void *context) {
  fpregset_t state = ((ucontext_t *)context)->uc_mcontext.fpregs;
  trapped = 0x10000 | (state->mxcsr & EXCEPTIONS);
  state->mxcsr |= MXCSR_MASKS;
  (void)number;
  (void)info;
}

#define UNDER_MXCSR(code, outputs, inputs...)                                          \
  {                                                                                    \
    uint32_t after, fresh = 0x1f80;                                                    \
    trapped = 0;                                                                       \
    __asm__ volatile("ldmxcsr %[word]\n" code "\nstmxcsr %[after]\nldmxcsr %[fresh]"   \
                     : outputs, [after] "=m"(after)                                    \
                     : [word] "m"(control), [fresh] "m"(fresh), inputs                 \
                     : "cc");                                                          \
    to->flags = (trapped ? trapped : after) & EXCEPTIONS;                              \
  }

#define SSE_BINARY(name, type, code)                                                   \
  static void name(uint32_t control, const struct operands *from, struct result *to) { \
    type a, b;                                                                         \
    memcpy(&a, from->a, sizeof a);                                                     \
    memcpy(&b, from->b, sizeof b);                                                     \
    UNDER_MXCSR(code " %[b], %[a]", [a] "+x"(a), [b] "x"(b))                           \
    if (!trapped) memcpy(&to->low, &a, sizeof a);                                      \
  }
#define SSE_UNARY(name, from_type, to_type, kind, code)                                \
  static void name(uint32_t control, const struct operands *from, struct result *to) { \
    from_type a;                                                                       \
    to_type r = 0;                                                                     \
    memcpy(&a, from->a, sizeof a);                                                     \
    UNDER_MXCSR(code " %[a], %[r]", [r] "+" kind(r), [a] "xm"(a))                      \
    if (!trapped) memcpy(&to->low, &r, sizeof r);                                      \
  }
#define SSE_FROM_INTEGER(name, from_type, to_type, code)                               \
  static void name(uint32_t control, const struct operands *from, struct result *to) { \
    from_type a;                                                                       \
    to_type r = 0;                                                                     \
    memcpy(&a, from->a, sizeof a);                                                     \
    UNDER_MXCSR(code " %[a], %[r]", [r] "+x"(r), [a] "r"(a))                           \
    if (!trapped) memcpy(&to->low, &r, sizeof r);                                      \
  }
#define SSE_COMPARE(name, type, code)                                                  \
  static void name(uint32_t control, const struct operands *from, struct result *to) { \
    type a, b;                                                                         \
    uint64_t flags;                                                                    \
    memcpy(&a, from->a, sizeof a);                                                     \
    memcpy(&b, from->b, sizeof b);                                                     \
    UNDER_MXCSR(code " %[b], %[a]\nlahf\nmovzbl %%ah, %%eax", [f] "=a"(flags), [a] "x"(a), [b] "x"(b)) \
    if (!trapped) to->more = (flags & 1) | (flags & 4) >> 1 | (flags & 0x40) >> 4;     \
  }

#define SSE_BOTH(name, code) SSE_BINARY(name##32, float, code "ss") SSE_BINARY(name##64, double, code "sd")
SSE_BOTH(add, "add")
SSE_BOTH(sub, "sub")
SSE_BOTH(mul, "mul")
SSE_BOTH(div, "div")
SSE_BOTH(min, "min")
SSE_BOTH(max, "max")
SSE_UNARY(sqrt32, float, float, "x", "sqrtss")
SSE_UNARY(sqrt64, double, double, "x", "sqrtsd")
SSE_UNARY(round32, float, float, "x", "roundss $4,")
SSE_UNARY(round64, double, double, "x", "roundsd $4,")
SSE_UNARY(convert32, float, double, "x", "cvtss2sd")
SSE_UNARY(convert64, double, float, "x", "cvtsd2ss")
SSE_UNARY(to_short32, float, int32_t, "r", "cvtss2si")
SSE_UNARY(to_short64, double, int32_t, "r", "cvtsd2si")
SSE_UNARY(to_long32, float, int64_t, "r", "cvtss2si")
SSE_UNARY(to_long64, double, int64_t, "r", "cvtsd2si")
SSE_UNARY(cut_long32, float, int64_t, "r", "cvttss2si")
SSE_UNARY(cut_long64, double, int64_t, "r", "cvttsd2si")
SSE_FROM_INTEGER(from_long32, int64_t, float, "cvtsi2ssq")
SSE_FROM_INTEGER(from_long64, int64_t, double, "cvtsi2sdq")
SSE_COMPARE(ucomi32, float, "ucomiss")
SSE_COMPARE(ucomi64, double, "ucomisd")
SSE_COMPARE(comi32, float, "comiss")
SSE_COMPARE(comi64, double, "comisd")

// Unmasked exceptions stay pending, and are taken back before any instruction that would raise them.
#define X87_WITH(name, load, code, store, conditions)                                                 \
  static void name(uint32_t control, const struct operands *from, struct result *to) { \
    uint16_t word = control, calm = ALL_MASKED, status;                                \
    uint8_t out[16] = {0}, left[10];                                                   \
    __asm__ volatile("fninit\n" load "\nfnclex\nfldcw %[word]\n" code                  \
                     "\nfnstsw %[status]\nfnclex\nfldcw %[calm]\n" store               \
                     : [status] "=m"(status), [out] "+m"(out), [left] "=m"(left)       \
                     : [word] "m"(word), [calm] "m"(calm), [a] "m"(from->a), [b] "m"(from->b) \
                     : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc"); \
    to->flags = status & (EXCEPTIONS | C1);                                            \
    to->more = status & (conditions);                                                  \
    if (!(status & ~control & 7)) {                                                    \
      memcpy(&to->low, out, 8);                                                        \
      memcpy(&to->high, out + 8, 2);                                                   \
    }                                                                                  \
  }

#define X87(name, load, code, store) X87_WITH(name, load, code, store, 0)
#define X87_CONDITIONS(name, load, code, store) X87_WITH(name, load, code, store, CONDITIONS)

#define BOTH "fldt %[b]\nfldt %[a]"
#define ONE "fldt %[a]"
#define KEEP "fstpt %[out]"
#define X87_ARITHMETIC(name, code)                                                     \
  X87(name##80, BOTH, code " %%st(1), %%st", KEEP)                                     \
  X87(name##_m32, ONE, code "s %[b]", KEEP)                                            \
  X87(name##_m64, ONE, code "l %[b]", KEEP)
X87_ARITHMETIC(fadd, "fadd")
X87_ARITHMETIC(fsub, "fsub")
X87_ARITHMETIC(fsubr, "fsubr")
X87_ARITHMETIC(fmul, "fmul")
X87_ARITHMETIC(fdiv, "fdiv")
X87_ARITHMETIC(fdivr, "fdivr")
X87_CONDITIONS(fcom80, BOTH, "fcom", "")
X87_CONDITIONS(fcom_m32, ONE, "fcoms %[b]", "")
X87_CONDITIONS(fcom_m64, ONE, "fcoml %[b]", "")
X87_CONDITIONS(fucom80, BOTH, "fucom", "")
X87(fsqrt, ONE, "fsqrt", KEEP)
X87(frndint, ONE, "frndint", KEEP)
X87_CONDITIONS(fprem, BOTH, "fprem", KEEP)
X87_CONDITIONS(fprem1, BOTH, "fprem1", KEEP)
X87(fld_m32, "", "flds %[a]", KEEP)
X87(fld_m64, "", "fldl %[a]", KEEP)
X87(fst_m32, ONE, "fsts %[out]", "")
X87(fst_m64, ONE, "fstl %[out]", "")
X87(fild, "", "fildll %[a]", KEEP)
X87(fist16, ONE, "fists %[out]", "")
X87(fist32, ONE, "fistl %[out]", "")
X87(fist64, ONE, "fistpll %[out]", "")
X87(fbld, "", "fbld %[a]", KEEP)
X87(fbstp, ONE, "fbstp %[out]", "")
X87(f2xm1, ONE, "f2xm1", KEEP)
X87(fyl2x, BOTH, "fyl2x", KEEP)
X87(fyl2xp1, BOTH, "fyl2xp1", KEEP)
X87(fpatan, BOTH, "fpatan", KEEP)
X87_WITH(fptan, ONE, "fptan", "btw $10, %[status]\njc 1f\nfstp %%st\n1:" KEEP, C2)
X87_WITH(fsin, ONE, "fsin", KEEP, C2)
X87_WITH(fcos, ONE, "fcos", KEEP, C2)

typedef void operation(uint32_t control, const struct operands *from, struct result *to);

static operation *const operations[] = {
    add32,     sub32,     mul32,      div32,      min32,    max32,    sqrt32,   round32,  convert32,
    to_short32, to_long32, cut_long32, from_long32, ucomi32, comi32,
    add64,     sub64,     mul64,      div64,      min64,    max64,    sqrt64,   round64,  convert64,
    to_short64, to_long64, cut_long64, from_long64, ucomi64, comi64,
    fadd80,    fadd_m32,  fadd_m64,   fsub80,     fsub_m32, fsub_m64, fsubr80,  fsubr_m32, fsubr_m64,
    fmul80,    fmul_m32,  fmul_m64,   fdiv80,     fdiv_m32, fdiv_m64, fdivr80,  fdivr_m32, fdivr_m64,
    fcom80,    fcom_m32,  fcom_m64,   fucom80,    fsqrt,    frndint,  fprem,    fprem1,
    fld_m32,   fld_m64,   fst_m32,    fst_m64,    fild,     fist16,   fist32,   fist64,   fbld,     fbstp,
    f2xm1,     fyl2x,     fyl2xp1,    fptan,      fpatan,   fsin,     fcos,
};

static void print_cpu(void) {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  char vendor[13] = {0};
  __get_cpuid(0, &a, &b, &c, &d);
  memcpy(vendor, &b, 4);
  memcpy(vendor + 4, &d, 4);
  memcpy(vendor + 8, &c, 4);
  __get_cpuid(1, &a, &b, &c, &d);
  printf("%s %08x\n", vendor, a);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--version") == 0) return print_cpu(), 0;
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigaction(SIGFPE, &action, NULL);
  for (struct { uint32_t operation, control, count; } request; fread(&request, sizeof request, 1, stdin) == 1;) {
    if (request.operation >= sizeof operations / sizeof *operations) return 1;
    struct operands *from = malloc(request.count * sizeof *from);
    struct result *to = calloc(request.count, sizeof *to);
    if (fread(from, sizeof *from, request.count, stdin) != request.count) return 1;
    for (uint32_t i = 0; i < request.count; i++) operations[request.operation](request.control, &from[i], &to[i]);
    fwrite(to, sizeof *to, request.count, stdout);
    free(from);
    free(to);
  }
  return 0;
}
