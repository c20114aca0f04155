export { benchFile } from './file-bench.ts'
export { benchKafka } from './kafka-bench.ts'
export { benchReadiness } from './readiness-bench.ts'
