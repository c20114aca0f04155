import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { parseConnectorFile } from '../../src/cli/connector-file.ts'
import { parseProperties } from '../../src/config/java-properties.ts'
import { readDistributedConfig } from '../../src/config/distributed-config.ts'
import { readStandaloneConfig } from '../../src/config/standalone-config.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { health } from '../../src/rest/resources/root.ts'
import { lintManifest } from '../support/kubernetes-lint.ts'

const folder = new URL('../../deploy/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')
const filesOf = (kind: string): string[] =>
  readdirSync(new URL(`kubernetes/${kind}/`, folder))
    .filter((file) => file !== 'kustomization.yaml')
    .map((file) => `kubernetes/${kind}/${file}`)
const kinds = readdirSync(new URL('kubernetes/', folder)).sort()

/** As far as these tests look into them. */
interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data: Readonly<Record<string, string>>
  readonly spec: {
    readonly serviceName: string
    readonly clusterIP?: string
    readonly publishNotReadyAddresses?: boolean
    readonly selector: { readonly matchLabels: unknown; readonly [label: string]: unknown }
    readonly podSelector: { readonly matchLabels: unknown }
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[]
    readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[]
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path: string }[]
    readonly template: { readonly metadata: { readonly labels: unknown }; readonly spec: PodSpec }
  }
}

interface PodSpec {
  readonly serviceAccountName: string
  readonly terminationGracePeriodSeconds: number
  readonly automountServiceAccountToken: boolean
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly containers: readonly [Container]
  readonly volumes: readonly {
    readonly name: string
    readonly configMap?: { readonly name: string }
  }[]
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
  readonly timeoutSeconds: number
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly env: readonly { readonly name: string; readonly valueFrom?: unknown }[]
  readonly lifecycle?: {
    readonly preStop: { readonly exec: { readonly command: readonly string[] } }
  }
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

describe('the manifests in deploy/', () => {
  test.each([...kinds.flatMap(filesOf), 'prometheus-rules.yaml'])(
    '%s is what its schema asks for',
    (file) => {
      for (const document of parseAllDocuments(textOf(file), { uniqueKeys: true })) {
        expect(document.errors).toEqual([])
        expect(lintManifest(document.toJS())).toEqual([])
      }
    },
  )

  test('are those of a worker that stands alone, and of a cluster', () => {
    expect(kinds).toEqual(['cluster', 'standalone'])
  })
})

describe.each([
  { kind: 'standalone', workload: 'deployment', command: [], read: readStandaloneConfig },
  {
    kind: 'cluster',
    workload: 'statefulset',
    command: ['connect-distributed'],
    read: readDistributedConfig,
  },
])('the manifests of deploy/kubernetes/$kind', ({ kind, workload, command, read }) => {
  const files = filesOf(kind)
  const manifests = (name: string): Manifest[] =>
    parseAllDocuments(textOf(`kubernetes/${kind}/${name}.yaml`)).map(
      (document) => document.toJS() as Manifest,
    )
  const manifest = (name: string): Manifest => {
    const [first] = manifests(name)
    if (first === undefined) throw new Error(`${name} is empty.`)
    return first
  }
  const running = manifest(workload)
  const { spec: pod, metadata } = running.spec.template
  const [container] = pod.containers
  const configMap = manifest('configmap')
  const originals = parseProperties(configMap.data['worker.properties'] ?? '', 'configmap')
  const { config, warnings } = read(originals, { source: 'configmap' })

  test('are all in the kustomization, those of the Prometheus operator as a suggestion', () => {
    const kustomization = textOf(`kubernetes/${kind}/kustomization.yaml`)
    const { resources } = parse(kustomization) as { readonly resources: readonly string[] }
    const suggested = [...kustomization.matchAll(/^ {2}# - (\S+)$/gm)].map(([, file]) => file)
    expect(suggested).toEqual(['podmonitor.yaml', '../../prometheus-rules.yaml'])
    const all = [...resources, 'podmonitor.yaml'].map((file) => `kubernetes/${kind}/${file}`)
    expect(all.sort()).toEqual([...files].sort())
  })

  test('select the pods, and name their port', () => {
    const { labels } = metadata
    expect(running.spec.selector.matchLabels).toEqual(labels)
    expect(manifest('poddisruptionbudget').spec.selector.matchLabels).toEqual(labels)
    expect(manifest('podmonitor').spec.selector.matchLabels).toEqual(labels)
    expect(manifest('networkpolicy').spec.podSelector.matchLabels).toEqual(labels)
    const [{ name, containerPort }] = container.ports as [(typeof container.ports)[0]]
    for (const service of manifests('service')) {
      expect(service.spec.selector).toEqual(labels)
      expect(service.spec.ports).toEqual([
        { name, port: containerPort, targetPort: name, protocol: 'TCP' },
      ])
    }
    expect(manifest('networkpolicy').spec.ingress[0]?.ports[0]?.port).toBe(name)
    expect(manifest('podmonitor').spec.podMetricsEndpoints[0]).toMatchObject({
      port: name,
      path: '/metrics',
    })
    expect(pod.serviceAccountName).toBe(manifest('serviceaccount').metadata.name)
  })

  test('run the version of this repository', () => {
    const { version } = JSON.parse(textOf('../package.json')) as { readonly version: string }
    expect(container.image).toBe(`sluice:${version}`)
    expect(textOf(`kubernetes/${kind}/kustomization.yaml`)).toContain(`newTag: ${version}`)
  })

  test('run as nobody in particular, with a root file system that is not written to', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 })
    expect(pod.automountServiceAccountToken).toBe(false)
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('ask /health, and are patient enough for its own time limit', () => {
    const { startupProbe, readinessProbe, livenessProbe } = container
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(httpGet).toEqual({ path: health.path, port: container.ports[0]?.name })
    }
    expect(livenessProbe.timeoutSeconds * 1000).toBeGreaterThan(health.timeLimitMs ?? Infinity)
  })

  test('have a worker file without a fault, and connector files that are named in the arguments', async () => {
    expect(warnings).toEqual([])
    const port = container.ports[0]?.containerPort ?? 0
    expect(config.listeners).toEqual([`http://:${port}`])
    const mount = container.volumeMounts.find(({ name }) => name === 'config')?.mountPath ?? ''
    const names = Object.keys(configMap.data)
    expect(container.args).toEqual([...command, ...names.map((name) => `${mount}/${name}`)])
    expect(pod.volumes[0]?.configMap?.name).toBe(configMap.metadata.name)
    const registry = new PluginRegistry((await discoverPlugins([])).plugins)
    for (const name of names.slice(1)) {
      const file = parseConnectorFile(Buffer.from(configMap.data[name] ?? ''), name)
      expect(registry.connector(file.config['connector.class'] ?? '')).toBeDefined()
    }
    for (const name of config['config.providers']) {
      const provider = originals[`config.providers.${name}.class`] ?? ''
      expect(registry.find('config_provider', provider).className).toBe(provider)
    }
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain(
      originals['config.providers.secrets.param.allowed.paths'],
    )
  })

  test('leave tasks and connectors the time to drain before the pod is killed', () => {
    const tasksMs = config['task.shutdown.graceful.timeout.ms']
    const seconds = Number(container.lifecycle?.preStop.exec.command[1] ?? 0)
    // Connectors have five seconds; the rest is for REST and the stores.
    expect((pod.terminationGracePeriodSeconds - seconds) * 1000).toBeGreaterThanOrEqual(
      Number(tasksMs) + 5000 + 10_000,
    )
  })

  if (kind !== 'cluster') return

  test('name each pod for the others, and in the group', () => {
    const [, workers] = manifests('service')
    expect(running.spec.serviceName).toBe(workers?.metadata.name)
    expect(workers?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true })
    const name = container.env.find(({ valueFrom }) => valueFrom !== undefined)
    expect(name?.valueFrom).toEqual({ fieldRef: { fieldPath: 'metadata.name' } })
    const variable = `\${env:${name?.name ?? ''}}`
    expect(originals['config.providers.env.param.allowlist.pattern']).toBe(name?.name)
    expect(originals['group.instance.id']).toBe(variable)
    expect(originals['rest.advertised.host.name']).toBe(
      `${variable}.${workers?.metadata.name ?? ''}`,
    )
    // A pod has to be there again before the group counts it as gone.
    expect(Number(originals['session.timeout.ms'])).toBeGreaterThan(
      pod.terminationGracePeriodSeconds * 1000,
    )
  })
})

describe('the linter of these tests finds', () => {
  const good = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', labels: { any: 'thing' } },
    spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80 }] },
  }
  test('nothing in a good one', () => {
    expect(lintManifest(good)).toEqual([])
  })
  test.each([
    ['a misspelt field', { ...good, spec: { selektor: {} } }, '/spec/selektor: not a field'],
    [
      'a misspelt field within a list',
      { ...good, spec: { ports: [{ port: 80, targetport: 8080 }] } },
      '/spec/ports/0/targetport: not a field',
    ],
    [
      'a wrong type',
      { ...good, spec: { ports: [{ port: '80' }] } },
      '/spec/ports/0/port must be integer',
    ],
    [
      'a missing field',
      { ...good, spec: { ports: [{}] } },
      '/spec/ports/0 must have required property port',
    ],
    ['a label that is no text', { ...good, metadata: { labels: { a: 1 } } }, '/metadata/labels/a'],
    ['an unknown kind', { ...good, kind: 'Servise' }, 'no schema for v1 Servise'],
    [
      'a field of another kind of monitor',
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        metadata: { name: 'a' },
        spec: { selector: {}, endpoints: [] },
      },
      '/spec/endpoints: not a field',
    ],
  ])('%s', (_, bad, finding) => {
    expect(lintManifest(bad).join('\n')).toContain(finding)
  })
})
