/** The processor as its CPUID leaf 1 tells: EAX and EDX. */
export interface ProcessorIdentity {
  readonly signature: number
  readonly features: number
}
