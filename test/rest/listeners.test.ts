import { describe, expect, test } from 'vitest'
import { advertisedAddress } from '../../src/rest/advertised.ts'
import { parseListener } from '../../src/rest/listeners.ts'

describe('a listener', () => {
  test.each([
    ['http://:8083', { scheme: 'http', host: '', port: 8083 }],
    ['HTTP://127.0.0.1:0', { scheme: 'http', host: '127.0.0.1', port: 0 }],
    ['https://host:8443', { scheme: 'https', host: 'host', port: 8443 }],
    [' http://[::1]:80 ', { scheme: 'http', host: '::1', port: 80 }],
    ['http://my-host.example_1:65535', { scheme: 'http', host: 'my-host.example_1', port: 65535 }],
  ])('%s is read', (text, expected) => {
    expect(parseListener(text)).toEqual(expected)
  })

  test.each([
    ['8083', "Listener doesn't have the right format (protocol://hostname:port)."],
    ['http://host', "Listener doesn't have the right format (protocol://hostname:port)."],
    ['ftp://host:21', 'Listener protocol must be either "http" or "https".'],
    ['http://host:99999', 'the port 99999 is not one of 0 to 65535'],
    ['http://host:-1', 'the port -1 is not one of 0 to 65535'],
  ])('%s is refused', (text, message) => {
    expect(() => parseListener(text)).toThrow(message)
  })
})

describe('the address of a worker', () => {
  const bound = [{ scheme: 'http', host: '10.0.0.5', port: 4711 }] as const
  test('is its first listener as it was bound', async () => {
    expect(await advertisedAddress(bound, { hostName: null, port: null })).toEqual({
      workerId: '10.0.0.5:4711',
      url: 'http://10.0.0.5:4711/',
    })
  })
  test('is what rest.advertised.* says', async () => {
    const advertised = { hostName: 'w1', port: 80 }
    expect(await advertisedAddress(bound, advertised)).toEqual({
      workerId: 'w1:80',
      url: 'http://w1:80/',
    })
    expect(await advertisedAddress(bound, { ...advertised, listener: 'HTTPS' })).toEqual({
      workerId: 'w1:80',
      url: 'https://w1:80/',
    })
  })
  test('is one of the machine where every interface is listened on', async () => {
    const any = [{ scheme: 'http', host: '', port: 8083 }] as const
    const { workerId } = await advertisedAddress(any, { hostName: null, port: null })
    expect(workerId).toMatch(/^[\d.]+:8083$/)
  })
})
