// Set up before each file of tests: what is random in it follows SLUICE_SEED, which vitest.config.ts sets for each tier.
import fc from 'fast-check'
import { seedOfRun } from './seed-of-run.ts'

fc.configureGlobal({ seed: seedOfRun().seed })
