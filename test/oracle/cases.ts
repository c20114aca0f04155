import fc from 'fast-check'

/**
 * The questions asked of an oracle are the same every time: of what random ones find somebody should be told who looks for it.
 * `SLUICE_SEED` asks others. The long tier asks for many more, by a seed of its own.
 */
export function useKnownSeed(): void {
  fc.configureGlobal({ seed: Number(process.env.SLUICE_SEED ?? 20261121) })
}

/** How many runs a test of the first tier that makes `runs` of them is to make: in the long tier so many times as many. */
export function runsOf(runs: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(runs * Number(process.env.SLUICE_CASES ?? 1)) }
}
