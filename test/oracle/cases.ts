/** How many runs a test of the first tier that makes `runs` of them is to make: in the long tier so many times as many. */
export function runsOf(runs: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(runs * Number(process.env.SLUICE_CASES ?? 1)) }
}
