import { Agent, request } from 'node:http'
import { expect } from 'vitest'
import { waitFor } from './wait-for.ts'

/** One call of a hammering. */
export interface HammerCall {
  readonly name: string
  readonly action: HammerAction
}

/** Names that a path must escape, and the longest that a name may be. */
export const hammerNames = ['a', 'a/b', '100%', 'a b', 'ü', '\u{1f600}', '日'.repeat(4096)] as const

type Step = readonly [method: string, path: string, body?: 'config' | 'patch']

const actions = {
  put: ['PUT', '/config', 'config'],
  patch: ['PATCH', '/config', 'patch'],
  remove: ['DELETE', ''],
  pause: ['PUT', '/pause'],
  resume: ['PUT', '/resume'],
  stop: ['PUT', '/stop'],
  restart: ['POST', '/restart'],
  restartAll: ['POST', '/restart?includeTasks=true'],
  restartTask: ['POST', '/tasks/0/restart'],
  restartNoTask: ['POST', '/tasks/4711/restart'],
  statusOfNoTask: ['GET', '/tasks/4711/status'],
  status: ['GET', '/status'],
  tasks: ['GET', '/tasks'],
  topics: ['GET', '/topics'],
} as const satisfies Record<string, Step>
export type HammerAction = keyof typeof actions
export const hammerActions = Object.keys(actions) as HammerAction[]

export interface Hammered {
  readonly port: number
  /** Of every connector, whatever its name. */
  readonly config: (name: string) => Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
const callLimitMs = 30_000

/** Makes all the calls at once. Each is answered, in time, and none by an error of ours. */
export async function hammer(hammered: Hammered, calls: readonly HammerCall[]): Promise<void> {
  const answers = await Promise.all(
    calls.map(async (call) => ({ call, ...(await callOf(hammered, call.name, call.action)) })),
  )
  expect(answers.filter(isWrong)).toEqual([])
}

/** Java's standalone worker answers 500 to whoever stops a connector that is not there, or restarts a task of it. */
const of500 = ['No connector `', 'is not a recognizable type (source or sink)']

function isWrong({ status, text }: Answer): boolean {
  if (status === 500) return !of500.some((known) => text.includes(known))
  return ![200, 201, 202, 204, 404, 409].includes(status)
}

/** Whatever has happened before: what is there can be resumed, twice at once, and then runs whole; the rest is not there. */
export async function expectTruth(hammered: Hammered): Promise<void> {
  const { text } = await send(hammered.port, 'GET', '/connectors')
  const there = JSON.parse(text) as readonly string[]
  for (const name of hammerNames) {
    if (!there.includes(name)) {
      expect((await callOf(hammered, name, 'status')).status).toBe(404)
      continue
    }
    await hammer(hammered, [
      { name, action: 'resume' },
      { name, action: 'resume' },
    ])
    await waitFor(`${name.slice(0, 20)} runs`, () => runs(hammered, name))
  }
}

/** Whether the status is RUNNING throughout, with just the tasks that are configured. */
async function runs(hammered: Hammered, name: string): Promise<boolean> {
  const tasks = JSON.parse((await callOf(hammered, name, 'tasks')).text) as readonly unknown[]
  const status = JSON.parse((await callOf(hammered, name, 'status')).text) as {
    readonly name: string
    readonly connector: { readonly state: string }
    readonly tasks: readonly { readonly state: string }[]
  }
  const states = [status.connector, ...status.tasks].map(({ state }) => state)
  expect(status.name).toBe(name)
  return (
    tasks.length > 0 &&
    status.tasks.length === tasks.length &&
    states.every((state) => state === 'RUNNING')
  )
}

function callOf({ port, config }: Hammered, name: string, action: HammerAction): Promise<Answer> {
  const [method, path, kind]: Step = actions[action]
  const bodies = { config: config(name), patch: { patched: 'yes' } }
  const body = kind === undefined ? undefined : JSON.stringify(bodies[kind])
  return send(port, method, `/connectors/${encodeURIComponent(name)}${path}`, body)
}

function send(port: number, method: string, path: string, body?: string): Promise<Answer> {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const signal = AbortSignal.timeout(callLimitMs)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      // A Location may be as long as its name.
      { host: '127.0.0.1', port, method, path, headers, agent, signal, maxHeaderSize: 1 << 17 },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
