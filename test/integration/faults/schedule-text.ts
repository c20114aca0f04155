import type { Fault } from '../../support/fault-proxy/faults.ts'
import type { Schedule, Step } from './schedule.ts'

/** A schedule as a reader of a failure wants it: a step a line, with the number of its first record. */
export function textOf({ mode, config, steps }: Schedule): string {
  let number = 0
  const lines = steps.map((step) => {
    const text = `${String(number).padStart(4)}  ${textOfStep(step)}`
    if (step.do === 'send') number += step.count
    return text
  })
  const keys = Object.entries(config).map(([key, value]) => `${key}=${value}`)
  return [`${mode} ${keys.join(' ')}`, ...lines].join('\n')
}

function textOfStep(step: Step): string {
  switch (step.do) {
    case 'send':
      return `send ${step.count} of ${step.bytes} bytes to ${step.partition}`
    case 'flush':
      return step.wait ? 'flush' : 'flush, but go on'
    case 'pause':
      return `pause for ${step.ms} ms`
    case 'fault':
      return textOfFault(step.fault)
    case 'end':
      return step.how === 'hasty-commit' ? `commit for ${step.ms} ms` : step.how
  }
}

export function textOfFault({ kind, api, skip, ms, at, abrupt }: Fault): string {
  return `fault ${kind}, api ${api}, skip ${skip}, ${ms} ms, at ${at}${abrupt ? ', abrupt' : ''}`
}
