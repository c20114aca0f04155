import { describe, expect, test } from 'vitest'
import { bufferBytesOf, heapMbOf, readProcessSettings } from '../../src/config/process-settings.ts'

describe('the settings of the process', () => {
  test('have defaults made for the machine', () => {
    const settings = readProcessSettings({ SLUICE_THREADS: ' ', PATH: '/bin' })
    expect(settings.threads).toBeGreaterThanOrEqual(1)
    expect(settings.memoryBytes).toBeGreaterThanOrEqual(16 * 2 ** 20)
    expect(settings).toMatchObject({ logFormat: 'text', logLevel: 'INFO' })
  })

  test('come from variables of the environment', () => {
    expect(
      readProcessSettings({
        SLUICE_THREADS: '3',
        SLUICE_MEMORY: '512m',
        SLUICE_LOG_FORMAT: 'json',
        SLUICE_LOG_LEVEL: 'debug',
      }),
    ).toEqual({ threads: 3, memoryBytes: 512 * 2 ** 20, logFormat: 'json', logLevel: 'DEBUG' })
  })

  test.each([
    ['1g', 2 ** 30],
    ['20000000', 20_000_000],
    ['64 MB', 64 * 2 ** 20],
    ['99999K', 99999 * 1024],
  ])('memory of %s is %d bytes', (text, bytes) => {
    expect(readProcessSettings({ SLUICE_MEMORY: text }).memoryBytes).toBe(bytes)
  })

  test('a quarter of the memory is for the buffers of records', () => {
    expect(bufferBytesOf(readProcessSettings({ SLUICE_MEMORY: '1g' }))).toBe(2 ** 28)
  })

  test.each([
    ['3', '1g', 192],
    ['1', '1g', 384],
    ['2', '1000m', 250],
    ['16', '512m', 64],
    ['1', '16m', 64],
  ])(
    '%s threads for tasks and one for connectors share three quarters of %s: %i MiB each',
    (threads, memory, heapMb) => {
      const settings = readProcessSettings({ SLUICE_THREADS: threads, SLUICE_MEMORY: memory })
      expect(heapMbOf(settings)).toBe(heapMb)
    },
  )

  test.each([
    ['SLUICE_THREADS', '0', 'a whole number from 1 to 1024'],
    ['SLUICE_THREADS', '1.5', 'a whole number from 1 to 1024'],
    ['SLUICE_MEMORY', '1m', 'at least 16m, e.g. 512m or 2g'],
    ['SLUICE_MEMORY', 'much', 'at least 16m, e.g. 512m or 2g'],
    ['SLUICE_LOG_FORMAT', 'xml', 'text or json'],
    ['SLUICE_LOG_LEVEL', 'LOUD', 'one of OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL'],
  ])('%s=%s is refused', (variable, value, expected) => {
    expect(() => readProcessSettings({ [variable]: value })).toThrow(
      `Invalid value ${value} for ${variable}: expected ${expected}.`,
    )
  })
})
