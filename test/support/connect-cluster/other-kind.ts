import type { WorkerKind } from './connect-cluster.ts'

/**
 * What stands for our worker: `SLUICE_OTHER_SIDE=java` has Java's in its place, which shows what of a proof is chance, and not
 * ours.
 */
export const otherKind: WorkerKind = process.env.SLUICE_OTHER_SIDE === 'java' ? 'java' : 'sluice'
