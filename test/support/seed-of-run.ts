/**
 * What the random choices of this run start from: `SLUICE_SEED` is a number, or a number and, behind a slash, the path of the
 * one case of fast-check that is to be run again.
 */
export function seedOfRun(): { readonly seed: number; readonly path?: string } {
  const given = process.env.SLUICE_SEED
  if (given === undefined) throw new Error('vitest.config.ts sets SLUICE_SEED for every tier')
  const [seed, path] = given.split('/')
  return { seed: Number(seed), ...(path !== undefined && { path }) }
}
