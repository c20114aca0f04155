import {
  PodMonitor,
  PrometheusRule,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { ConfigMap, Service, ServiceAccount } from 'kubernetes-models/v1'

/** Kinds of the API of Kubernetes and of the Prometheus operator; `validate` runs the schema compiled for it over `this`. */
const kinds = [
  ConfigMap,
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  Service,
  ServiceAccount,
  StatefulSet,
] as const

/**
 * Everything wrong with a manifest, by its place: what the schema refuses, and fields that the schema does not know, which
 * the API server would drop in silence. Empty where it is good.
 */
export function lintManifest(manifest: unknown): string[] {
  const { apiVersion = '', kind = '' } = manifest as { apiVersion?: string; kind?: string }
  const Kind = kinds.find((each) => {
    const { apiVersion: version, kind: name } = new each()
    return version === apiVersion && name === kind
  })
  if (Kind === undefined) return [`no schema for ${apiVersion} ${kind}`]
  const read = new Set<string>()
  const refused = refusalsOf(Kind.prototype, watched(manifest, '', read))
  const unknown = unreadFields(manifest, '', read)
  return [...refused, ...unknown.map((field) => `${field}: not a field of ${kind}`)]
}

function refusalsOf(schema: { validate(): void }, manifest: unknown): string[] {
  try {
    schema.validate.call(manifest)
    return []
  } catch (error) {
    return (error as Error).message.split(', ')
  }
}

/** `value`, noting down which fields are read: a compiled schema looks at those it knows, and at all of a map. */
function watched(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get: (target, key) => {
      const inner: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner
      read.add(`${path}/${key}`)
      return watched(inner, `${path}/${key}`, read)
    },
  })
}

/** The places of the fields that were not read; what lies within such a field is not looked at. */
function unreadFields(value: unknown, path: string, read: ReadonlySet<string>): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = `${path}/${key}`
    const isField = !Array.isArray(value)
    return isField && !read.has(place) ? [place] : unreadFields(inner, place, read)
  })
}
