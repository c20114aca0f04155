export { benchFile } from './file-bench.ts'
export { benchIdle } from './idle-bench.ts'
export { benchKafka } from './kafka-bench.ts'
export { benchReadiness } from './readiness-bench.ts'
