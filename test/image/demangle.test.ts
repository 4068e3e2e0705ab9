import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demangle } from '../../src/image/demangle.ts'

test.each([
  ['_ZN5my_os11kernel_main17h0123456789abcdefE', 'my_os::kernel_main'],
  ['__ZN5my_os11kernel_main17h0123456789abcdefE', 'my_os::kernel_main'],
  ['_ZN5my_os4init17h0123456789abcdefE.llvm.123', 'my_os::init'],
  ['_ZN4core3fmt5Write9write_fmt17hfedcba9876543210E', 'core::fmt::Write::write_fmt'],
  [
    '_ZN55_$LT$my_os..vga..Writer$u20$as$u20$core..fmt..Write$GT$9write_str17h0123456789abcdefE',
    '<my_os::vga::Writer as core::fmt::Write>::write_str',
  ],
  [
    '_ZN4core3ptr54drop_in_place$LT$$RF$mut$u20$$u5b$u8$C$$u20$4$u5d$$GT$17h0123456789abcdefE',
    'core::ptr::drop_in_place<&mut [u8, 4]>',
  ],
  ['_ZN5my_os4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE', 'my_os::main::{{closure}}'],
  ['_ZN5my_os10$SP$$BP$$C5_$zz$17h0123456789abcdefE', 'my_os::@*$C::$zz$'],
])('legacy: %s', (mangled, name) => {
  expect(demangle(mangled)).toBe(name)
})

// The names are the published examples of RFC 2603 and of the rustc book's chapter on v0.
test.each([
  ['_RNvCs15kBYyAo9fc_7mycrate7example', 'mycrate::example'],
  ['_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo', '<mycrate::Example>::foo'],
  ['_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtB2_5Trait3foo', '<mycrate::Example as mycrate::Trait>::foo'],
  [
    '_RNvYNtCs15kBYyAo9fc_7mycrate7ExampleNtB4_5Trait7exampleB4_',
    '<mycrate::Example as mycrate::Trait>::example',
  ],
  ['_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_', 'mycrate::main::{closure#0}'],
  ['_RNCNvCsgStHSCytQ6I_7mycrate4mains_0B3_', 'mycrate::main::{closure#1}'],
  ['_RINvCsgStHSCytQ6I_7mycrate7examplelKj1_EB2_', 'mycrate::example::<i32, 1>'],
  ['_RNvNtNtCsgOH4LzxkuMq_7mycrateu8gdel_5qa6escher4bach', 'mycrate::gödel::escher::bach'],
  [
    '_RINvCs7qp2U7fqm6G_7mycrate7exampleFG0_RL1_hRL0_tEuEB2_',
    "mycrate::example::<for<'a, 'b> fn(&'a u8, &'b u16)>",
  ],
  ['_RINvCs7qp2U7fqm6G_7mycrate7exampleKy12345678_EB2_', 'mycrate::example::<305419896>'],
  [
    '_RNvNvMCsd9PVOYlP1UU_7mycrateINtB4_7ExamplepKpE3foo14EXAMPLE_STATIC',
    '<mycrate::Example<_, _>>::foo::EXAMPLE_STATIC',
  ],
  ['_RINvCs7qp2U7fqm6G_7mycrate7exampleAtj8_EB2_', 'mycrate::example::<[u16; 8]>'],
  [
    '_RINvCs7qp2U7fqm6G_7mycrate7exampleNtB2_7ExampleBw_EB2_',
    'mycrate::example::<mycrate::Example, mycrate::Example>',
  ],
  [
    '_RINvMsY_NtCseXNvpPnDBDp_3std4pathNtB6_4Path3neweECs7qp2U7fqm6G_7mycrate',
    '<std::path::Path>::new::<str>',
  ],
  ['_RNvNvNvCs7qp2U7fqm6G_7mycrate7EXAMPLE7___getit5___KEY$tlv$init', 'mycrate::EXAMPLE::__getit::__KEY'],
  ['_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3newCs15kBYyAo9fc_7mycrate', '<std::path::PathBuf>::new'],
])('v0, published: %s', (mangled, name) => {
  expect(demangle(mangled)).toBe(name)
})

/** A generic function over one type or constant. */
const generic = (argument: string): string => `_RINvC1k1f${argument}E`

test.each(
  [
    ['a', 'i8'],
    ['b', 'bool'],
    ['z', '!'],
    ['u', '()'],
    ['C4f128', 'f128'],
    ['Sh', '[u8]'],
    ['ThE', '(u8,)'],
    ['TheE', '(u8, str)'],
    ['Rh', '&u8'],
    ['QL_h', '&mut u8'],
    ['Ph', '*const u8'],
    ['Oh', '*mut u8'],
    ['FUKCPhOnvEz', 'unsafe extern "C" fn(*const u8, *mut i128, ...) -> !'],
    ['FK6sysv64Eu', 'extern "sysv64" fn()'],
    ['FK8vector_1Eu', 'extern "vector-1" fn()'],
    ['FG_RL0_hEu', "for<'a> fn(&'a u8)"],
    ['DG_INtC1k2FnTRL0_hEEp6OutputuNtC1k4SendEL_', "dyn for<'a> k::Fn<(&'a u8,), Output = ()> + k::Send"],
    ['DNtC1k5Tracep4ItemhEL_', 'dyn k::Trace<Item = u8>'],
    ['Kb0_', 'false'],
    ['Kb1_', 'true'],
    ['Kc41_', "'A'"],
    ['Kc27_', "'\\''"],
    ['Kca_', "'\\n'"],
    ['Kc0_', "'\\u{0}'"],
    ['Kan80_', '-128'],
    ['Kjffffffffffffffff_', '18446744073709551615'],
    ['Kp', '_'],
    ['L_', "'_"],
    ['NcNtC1k1S0', 'k::S'],
    ['NSNvC1k1f6vtable', 'k::f::{shim:vtable#0}'],
    ['NSNvC1k1fs_6vtable', 'k::f::{shim:vtable#1}'],
  ].filter(([, , broken]) => broken === undefined),
)('v0 argument %s is %s', (argument, text) => {
  expect(demangle(generic(argument))).toBe(`k::f::<${text}>`)
})

test('names that follow no scheme stay as they are', () => {
  const names = [
    'start',
    '_start',
    '',
    '_R',
    '_ZN',
    '_ZNE',
    '_ZN3fooE',
    '_ZN3foo3bar17h0123456789abcdeE',
    '_ZN3foo3bar17h0123456789abcdefE3x',
    '_ZN3foo3bar18h0123456789abcdef',
    '_ZNSt6vectorIiE9push_backEi',
    '_R2NvC1k1f',
    '_RNvC1k1fX',
    '_RNvB_1f',
    '_RNvC1k9f',
    '_RNvC1ku1-',
    '_RINvC1k1fL0_E',
    '_RINvC1k1fKb2_E',
    '_RINvC1k1fKf0_E',
    '_RINvC1k1fFGzzzzzzzzz_EuE',
  ]
  expect(names.map(demangle)).toEqual(names)
})

test('a name that would spell out gigabytes stays as it is', () => {
  // Each tuple holds the one before it twice, by back reference.
  let name = 'INvC1k1f'
  let last = 'h'
  for (let level = 0; level < 40; level++) {
    const at = name.length
    name += `T${last}${last}E`
    last = `B${base62(at)}`
  }
  const started = process.hrtime.bigint()
  expect(demangle(`_R${name}E`)).toBe(`_R${name}E`)
  const nested = `_RINvC1k1f${'S'.repeat(100_000)}hE`
  expect(demangle(nested)).toBe(nested)
  expect(process.hrtime.bigint() - started).toBeLessThan(1_000_000_000n)
})

function base62(value: number): string {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  if (value === 0) return '_'
  let text = ''
  for (let rest = value - 1; text === '' || rest > 0; rest = Math.floor(rest / 62))
    text = digits[rest % 62] + text
  return `${text}_`
}

test('any text is answered, never an exception', () => {
  const alphabet = fc.constantFrom(...'CMXYNIBsu_0123456789abcEFGLKTRQDASpnhk$.\u00e9')
  const text = fc.string({ unit: alphabet, maxLength: 60 })
  fc.assert(
    fc.property(fc.constantFrom('_R', '_ZN', '_RNvC1k1f', '_RINvC1k1f'), text, (prefix, rest) => {
      expect(typeof demangle(prefix + rest)).toBe('string')
    }),
    { numRuns: 2000 },
  )
})
