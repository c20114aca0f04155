/**
 * Imported before the tests of `test/oracle`, which then ask so many times as much: a hundred thousand cases of each file
 * and more. `SLUICE_CASES` asks for another number, `SLUICE_SEED` for the questions of another run.
 */
process.env.SLUICE_CASES ??= '35'
console.log(`SLUICE_SEED=${process.env.SLUICE_SEED ?? ''}`)
