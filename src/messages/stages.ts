/** The plugin calls that the runtime tells apart, for the watchdog and the status of a task. */
export const taskStages = [
  'none',
  'initialize',
  'start',
  'poll',
  'put',
  'convert',
  'transform',
  'preCommit',
  'commit',
  'open',
  'close',
  'stop',
  'taskConfigs',
  'validate',
  'config',
  'alterOffsets',
  'progress',
  // Of the plugins between a task and Kafka, all together.
  'configure',
  'release',
  'commitRecord',
] as const
export type TaskStage = (typeof taskStages)[number]
