import { describe, expect, test, vi } from 'vitest'
import { WritePrivileges } from '../../../src/herder/distributed/write-privileges.ts'

/** The store's side: what was claimed and released, and how a claim ends. */
class Rights {
  readonly calls: string[] = []
  claim: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()
  lost: () => void = () => undefined

  claimWritePrivileges(signal: AbortSignal): Promise<void> {
    this.calls.push('claim')
    return this.claim(signal)
  }
  releaseWritePrivileges(): Promise<void> {
    this.calls.push('release')
    return Promise.resolve()
  }
  watchWritePrivileges(lost: () => void): void {
    this.lost = lost
  }
}

function setUp() {
  const group = { leads: true }
  const configs = new Rights()
  const privileges = new WritePrivileges({ configs, leads: () => group.leads })
  return { group, configs, privileges }
}

describe("the leader's right to write configurations", () => {
  test('is claimed by the worker that leads, and given up by one that does not', async () => {
    const { group, configs, privileges } = setUp()
    privileges.settled()
    expect(configs.calls).toEqual(['claim'])
    await privileges.stop()

    group.leads = false
    privileges.settled()
    expect(configs.calls).toEqual(['claim', 'release'])
  })

  test('is claimed again while a claim fails, as long as the worker leads', async () => {
    const { group, configs, privileges } = setUp()
    configs.claim = () => Promise.reject(new Error('Kafka is away'))
    privileges.settled()
    await vi.waitFor(() => expect(configs.calls.length).toBeGreaterThan(2), { timeout: 30_000 })
    group.leads = false
    await privileges.stop()
    const tries = configs.calls.length

    // One that has lost its right to another worker that leads now must not take it back.
    configs.lost()
    await privileges.stop()
    expect(configs.calls).toHaveLength(tries)
  })

  test('is claimed again by a worker that was fenced and still leads, by one claim at a time', async () => {
    const { configs, privileges } = setUp()
    let grant = (): void => undefined
    configs.claim = () => new Promise<void>((resolve) => (grant = resolve))
    configs.lost()
    configs.lost()
    privileges.settled()
    expect(configs.calls).toEqual(['claim'])
    grant()
    await vi.waitFor(() => {
      configs.lost()
      expect(configs.calls).toEqual(['claim', 'claim'])
    })
    grant()
    await privileges.stop()
  })

  test('a claim under way ends with the worker', async () => {
    const { configs, privileges } = setUp()
    configs.claim = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    privileges.settled()
    await privileges.stop()
    expect(configs.calls).toEqual(['claim'])
  })
})
