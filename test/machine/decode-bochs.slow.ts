import { expect, test } from 'vitest'
import { type Bits, Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { allFeatures } from '../../src/machine/cpu/table/features.ts'
import { runInBochs } from '../oracle/bochs/bochs.ts'
import { romBytes } from '../oracle/bochs/layout.ts'
import { noteTotals } from '../oracle/totals.ts'
import { everyOpcode, prefixesOf } from './decode-judge.ts'

/** What Bochs decodes and our table does not have, and one name of its own. */
const explained: Readonly<Record<string, string>> = {
  'vmcall vmclear vmfunc vmlaunch vmptrld vmptrst vmread vmresume vmwrite vmxoff vmxon invept invvpid':
    'VMX, not in the model',
  'clgi stgi skinit invlpga vmload vmmcall vmrun vmsave': 'AMD: SVM',
  'clzero monitorx mwaitx extrq insertq movntss movntsd femms': 'AMD',
  'clrssbsy incsspd incsspq rstorssp saveprevssp setssbsy wrssd wrssq wrussd wrussq': 'CET, not in the model',
  'gf2p8affineinvqb gf2p8affineqb gf2p8mulb': 'GFNI, not in the model',
  getsec: 'SMX, not in the model',
  'syscall sysret': 'exist outside of 64-bit mode on AMD only',
  'adcx adox': 'Bochs has them at 0F 38 F9, too; in the manual nothing is there',
  mov: 'segment registers 6 and 7: Bochs raises #UD when it runs them',
  ud0: 'without ModRM in Bochs, as on old processors (SDM volume 2, UD)',
}
const names = new Set(Object.keys(explained).flatMap((list) => list.split(' ')))
/** VEX, EVEX and XOP, which need AVX; AMD's 3DNow!. */
const otherMaps = /^(?:6[5-7]|f[023]|4[0-9a-f])*(?:c4|c5|62|8f|0f0f)/

const slotBytes = 16
const slots = romBytes / slotBytes
const romAt = 0xf_0000

/** `name length` or `invalid` for each of these, as Bochs reads it in code of this width. */
async function askBochs(bits: Bits, codes: readonly Uint8Array[]): Promise<readonly string[]> {
  const rom = new Uint8Array(romBytes)
  for (const [index, code] of codes.entries()) rom.set(code.subarray(0, slotBytes), slotBytes * index)
  const address = (index: number) => `0x${(romAt + slotBytes * index).toString(16)}`
  const commands = codes.map((_, index) => `u /1 ${address(index)}`)
  const { output } = await runInBochs(
    rom,
    'corei7_skylake_x',
    [`u size = ${bits}`, ...commands, 'q', ''].join('\n'),
  )
  const answers = codes.map(() => 'no answer')
  for (const [, at = '', text = '', bytes = ''] of output.matchAll(
    /^0*([0-9a-f]+): \([^)]*\): (.*?)\s*; ([0-9a-f]+)\s*$/gm,
  )) {
    const [name = ''] = text.replace(/^(lock|rep\w*|x\w+) (?=[a-z])/, '').split(' ')
    const index = (Number.parseInt(at, 16) - romAt) / slotBytes
    answers[index] = text.includes('(invalid)') ? 'invalid' : `${name} ${bytes.length / 2}`
  }
  return answers
}

test.each([16, 32, 64] as const)('Bochs finds %i-bit instructions as long as we do', async (bits) => {
  const decoder = new Decoder(bits, allFeatures)
  const codes = [...everyOpcode(bits, prefixesOf(bits), 37)]
  const differences: string[] = []
  let agreed = 0
  for (let from = 0; from < codes.length; from += slots) {
    const part = codes.slice(from, from + slots)
    for (const [index, answer] of (await askBochs(bits, part)).entries()) {
      const code = part[index] ?? new Uint8Array()
      const { verdict, row, length, lock } = decoder.decode(code, 0, code.length)
      const isNamed = verdict === 'valid' || (row?.facts.alwaysUndefined && !lock)
      const [name = '', bytes = ''] = answer.split(' ')
      if (isNamed ? bytes === `${length}` : name === 'invalid') agreed++
      else if (!names.has(name)) {
        const text = Buffer.from(code).toString('hex')
        if (!isNamed && otherMaps.test(text)) continue
        differences.push(`${text}: ours ${isNamed ? row?.mnemonic : 'invalid'} ${length}, Bochs ${answer}`)
      }
    }
  }
  expect(differences.slice(0, 20)).toEqual([])
  expect(agreed).toBeGreaterThan(50_000)
  noteTotals("Bochs' decoder", { [`encodings of ${bits}-bit code`]: agreed })
})
