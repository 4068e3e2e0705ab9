export type IntegerType = 'i32' | 'i64'
export type FloatType = 'f32' | 'f64'
export type ValueType = IntegerType | FloatType | 'v128'

/** An instruction that makes one value of others. */
export interface Numeric {
  /** As `ByteWriter.opcode` takes it. */
  readonly code: number
  readonly parameters: readonly ValueType[]
  readonly result: ValueType
}
