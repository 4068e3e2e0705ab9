// Runs single user-level instructions on the host CPU, in 64-bit, flat 32-bit and segmented 16-bit code: cases on
// standard input, results on standard output. Addresses are those of layout.ts.
// gcc -O1 -no-pie -o recorder recorder.c
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE = 0x100000, TAKEN = 0x40, DATA = 0x180000, STACK = 0x200000 };
enum { DATA_BYTES = 256, STACK_BYTES = 384, DATA_BEFORE = 128, STACK_BEFORE = 320 };
enum { MIDDLE = 0x8000, CODE_LIMIT = 0xfff, DATA_LIMIT = 0x8fff };
enum { CODE_64 = 0x33, CODE_32 = 0x23, FLAT_DATA = 0x2b };
enum { CODE_16 = 0 << 3 | 7, DATA_16 = 1 << 3 | 7, STACK_16 = 2 << 3 | 7 };

// rax rcx rdx rbx rsp rbp rsi rdi r8 to r15, rflags
uint64_t guest[17];
uint8_t guest_float[512] __attribute__((aligned(16)));
uint32_t host_mxcsr = 0x1f80;
uint64_t host_stack;
uint32_t ended_at, error_code;
uint16_t data_selector, stack_selector;
struct __attribute__((packed)) {
  uint32_t offset;
  uint16_t selector;
} target;

void enter(void);
void came_through(void);
void was_taken(void);
void faulted(void);

// Selectors come last but for RSP, which MOV SS shields; code in the first 4 GiB is reached by a far jump.
__asm__(
    ".text\n"
    "enter: push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "  mov %rsp, host_stack\n"
    "  mov data_selector, %ax; mov %ax, %ds; mov %ax, %es\n"
    "  fxrstor64 guest_float\n"
    "  push guest+128; popfq\n"
    "  mov guest, %rax; mov guest+8, %rcx; mov guest+16, %rdx; mov guest+24, %rbx\n"
    "  mov guest+40, %rbp; mov guest+48, %rsi; mov guest+56, %rdi\n"
    "  mov guest+64, %r8; mov guest+72, %r9; mov guest+80, %r10; mov guest+88, %r11\n"
    "  mov guest+96, %r12; mov guest+104, %r13; mov guest+112, %r14; mov guest+120, %r15\n"
    "  mov stack_selector, %ss\n"
    "  mov guest+32, %rsp\n"
    "  ljmp *target\n"
    "was_taken: movl $1, ended_at\n"
    "came_through:\n"
    "  mov %rax, guest; mov %rcx, guest+8; mov %rdx, guest+16; mov %rbx, guest+24\n"
    "  mov %rsp, guest+32; mov %rbp, guest+40; mov %rsi, guest+48; mov %rdi, guest+56\n"
    "  mov %r8, guest+64; mov %r9, guest+72; mov %r10, guest+80; mov %r11, guest+88\n"
    "  mov %r12, guest+96; mov %r13, guest+104; mov %r14, guest+112; mov %r15, guest+120\n"
    "  mov $0x2b, %eax; mov %eax, %ss\n"
    "  mov host_stack, %rsp\n"
    "  pushfq; pop guest+128\n"
    "faulted: mov $0, %eax; mov %eax, %ds; mov %eax, %es\n"
    "  fxsave64 guest_float; fninit; ldmxcsr host_mxcsr\n"
    "  mov host_stack, %rsp; cld\n"
    "  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");

static void on_signal(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                              REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < 16; i++) guest[i] = registers[order[i]];
  guest[16] = registers[REG_EFL];
  ended_at = 0x100 + registers[REG_TRAPNO];
  error_code = registers[REG_ERR];
  registers[REG_RIP] = (greg_t)faulted;
  registers[REG_RSP] = host_stack;
  uint64_t selectors = registers[REG_CSGSFS];
  registers[REG_CSGSFS] = (selectors & 0x0000ffffffff0000) | CODE_64 | (uint64_t)FLAT_DATA << 48;
  (void)number;
  (void)info;
}

struct __attribute__((packed)) input {
  uint8_t bits, stack_bits, length, code[17];
  uint64_t registers[17];
  uint8_t floats[512];
  uint8_t data[DATA_BYTES], stack[STACK_BYTES];
};

struct __attribute__((packed)) output {
  uint64_t registers[17];
  uint32_t ended_at, error_code;
  uint8_t floats[512];
  uint8_t data[DATA_BYTES], stack[STACK_BYTES];
};

// JMP to where the results are kept: by address in 64-bit code, else through the selector of 64-bit code.
static void write_exit(uint8_t *to, int bits, void (*target)(void)) {
  uint64_t address = (uintptr_t)target;
  uint16_t selector = CODE_64;
  if (bits == 64) {
    memcpy(to, "\xff\x25\0\0\0\0", 6);
    memcpy(to + 6, &address, 8);
    return;
  }
  if (bits == 16) *to++ = 0x66;
  *to++ = 0xea;
  memcpy(to, &address, 4);
  memcpy(to + 4, &selector, 2);
}

static int read_all(void *to, size_t bytes) {
  for (size_t got = 0; got < bytes;) {
    ssize_t count = read(0, (char *)to + got, bytes - got);
    if (count <= 0) return 0;
    got += count;
  }
  return 1;
}

static void map(uintptr_t at, size_t bytes) {
  int prot = PROT_READ | PROT_WRITE | PROT_EXEC;
  void *got = mmap((void *)at, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != (void *)at) _exit(2);
}

static void set_segment(int index, unsigned base, unsigned limit, int contents) {
  struct user_desc descriptor = {.entry_number = index, .base_addr = base, .limit = limit, .contents = contents};
  if (syscall(SYS_modify_ldt, 1, &descriptor, sizeof descriptor)) _exit(3);
}

static void set_segments(void) {
  set_segment(0, CODE, CODE_LIMIT, MODIFY_LDT_CONTENTS_CODE);
  set_segment(1, DATA - MIDDLE, DATA_LIMIT, MODIFY_LDT_CONTENTS_DATA);
  set_segment(2, STACK - MIDDLE, DATA_LIMIT, MODIFY_LDT_CONTENTS_DATA);
}

static int print_cpuid(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  __get_cpuid(0, &a, &b, &c, &d);
  printf("%.4s%.4s%.4s", (char *)&b, (char *)&d, (char *)&c);
  __get_cpuid(1, &a, &b, &c, &d);
  printf(" %08x\n", a);
  return 0;
}

static void run(const struct input *in, struct output *out) {
  memset((void *)CODE, 0xcc, 0x80);
  memcpy((void *)CODE, in->code, in->length);
  write_exit((uint8_t *)CODE + in->length, in->bits, came_through);
  write_exit((uint8_t *)CODE + TAKEN, in->bits, was_taken);
  memcpy((void *)(DATA - DATA_BEFORE), in->data, DATA_BYTES);
  memcpy((void *)(STACK - STACK_BEFORE), in->stack, STACK_BYTES);
  memcpy(guest, in->registers, sizeof guest);
  memcpy(guest_float, in->floats, sizeof guest_float);
  target.offset = in->bits == 16 ? 0 : CODE;
  target.selector = in->bits == 16 ? CODE_16 : in->bits == 32 ? CODE_32 : CODE_64;
  data_selector = in->bits == 16 ? DATA_16 : FLAT_DATA;
  stack_selector = in->stack_bits == 16 ? STACK_16 : FLAT_DATA;
  ended_at = error_code = 0;
  enter();
  // An interrupt of code with a 16-bit stack lets the upper half of the kernel's RSP shine through.
  for (int i = 0; i < 16 && in->bits != 64; i++) guest[i] = (uint32_t)guest[i];
  memcpy(out->registers, guest, sizeof guest);
  out->ended_at = ended_at;
  out->error_code = error_code;
  memcpy(out->floats, guest_float, sizeof guest_float);
  memcpy(out->data, (void *)(DATA - DATA_BEFORE), DATA_BYTES);
  memcpy(out->stack, (void *)(STACK - STACK_BEFORE), STACK_BYTES);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "--cpuid")) return print_cpuid();
  map(CODE, 0x1000);
  map(DATA - 0x1000, 0x2000);
  map(STACK - 0x1000, 0x2000);
  set_segments();
  static uint8_t signal_stack[65536];
  sigaltstack(&(stack_t){.ss_sp = signal_stack, .ss_size = sizeof signal_stack}, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction((int[]){SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS}[i], &action, NULL);
  struct input in;
  struct output out;
  while (read_all(&in, sizeof in)) {
    run(&in, &out);
    if (write(1, &out, sizeof out) != sizeof out) return 1;
  }
  return 0;
}
