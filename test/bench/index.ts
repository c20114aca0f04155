export { benchFile } from './file-bench.ts'
export { benchReadiness } from './readiness-bench.ts'
