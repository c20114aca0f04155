import { expect, test } from 'vitest'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'

const servers = { 'bootstrap.servers': 'b1:9092, [::1]:9093,PLAINTEXT://b2:9094' }

test('the keys of every client reach what they configure', () => {
  const options = clientOptions({
    ...servers,
    'client.id': 'me',
    'metadata.max.age.ms': '1',
    'reconnect.backoff.ms': '2',
    'reconnect.backoff.max.ms': '3',
    'retry.backoff.ms': '4',
    'retry.backoff.max.ms': '5',
    'request.timeout.ms': '6',
    'socket.connection.setup.timeout.ms': '7',
    'socket.connection.setup.timeout.max.ms': '8',
    'connections.max.idle.ms': '-1',
    'client.dns.lookup': 'resolve_canonical_bootstrap_servers_only',
    'metadata.recovery.strategy': 'NONE',
    'metadata.recovery.rebootstrap.trigger.ms': '9',
  })
  expect(options).toMatchObject({
    bootstrapServers: [
      { host: 'b1', port: 9092 },
      { host: '::1', port: 9093 },
      { host: 'b2', port: 9094 },
    ],
    clientId: 'me',
    metadataMaxAgeMs: 1,
    reconnectBackoff: { firstMs: 2, maxMs: 3 },
    retryBackoff: { firstMs: 4, maxMs: 5 },
    requestTimeoutMs: 6,
    setupTimeout: { firstMs: 7, maxMs: 8 },
    maxIdleMs: -1,
    dnsLookup: 'resolve_canonical_bootstrap_servers_only',
    recovery: { strategy: 'none', triggerMs: 9 },
  })
})

test('a server without a port is refused with what was expected', () => {
  expect(() => clientOptions({ 'bootstrap.servers': 'broker' })).toThrow(
    'Invalid value broker for "bootstrap.servers": expected host:port',
  )
})
