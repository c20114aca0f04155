import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { servedFamilies } from '../metrics/served.ts'
import { metricsOf } from '../support/promql.ts'

const textOf = (file: string): string =>
  readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')

const served = new Set(
  [...(await servedFamilies('short')).values()].flatMap(({ samples }) =>
    samples.map(({ name }) => name),
  ),
)

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
}
interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[]
  }
  readonly panels: readonly Panel[]
}
interface Rules {
  readonly spec: {
    readonly groups: readonly [
      {
        readonly rules: readonly {
          readonly alert: string
          readonly expr: string
          readonly labels: { readonly severity: string }
          readonly annotations: { readonly summary: string; readonly description: string }
        }[]
      },
    ]
  }
}

describe('the dashboard in deploy/grafana', () => {
  const dashboard = JSON.parse(textOf('grafana/sluice.json')) as Dashboard
  const { panels, templating } = dashboard
  const queries = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ what: `${title} ${refId}`, expr })),
  )

  test.each(queries)('$what queries what is served', ({ expr }) => {
    const metrics = metricsOf(expr)
    expect(metrics.length).toBeGreaterThan(0)
    expect(metrics.filter((name) => !served.has(name))).toEqual([])
  })

  test('its variables come from what is served, and every variable in a query is one of them', () => {
    const names = templating.list.map(({ name }) => name)
    for (const { definition } of templating.list) {
      if (definition === undefined) continue
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? []
      expect(label).not.toBe('')
      expect(metricsOf(selector).every((name) => served.has(name))).toBe(true)
    }
    const used = queries.flatMap(({ expr }) =>
      [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name),
    )
    expect(new Set(used)).toEqual(new Set(['instance', 'connector', '__rate_interval']))
    expect(names).toEqual(['datasource', 'instance', 'connector'])
  })

  test('its panels have ids of their own and do not cover each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Map<string, string>()
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x} ${y}`), `${title} and`).toBeUndefined()
          taken.set(`${x} ${y}`, title)
        }
      }
    }
  })
})

describe('the alerts in deploy/prometheus-rules.yaml', () => {
  const [{ rules }] = (parse(textOf('prometheus-rules.yaml')) as Rules).spec.groups

  test.each(rules)('$alert queries what is served', ({ expr }) => {
    const metrics = metricsOf(expr)
    expect(metrics.length).toBeGreaterThan(0)
    expect(metrics.filter((name) => !served.has(name))).toEqual([])
  })

  test('say what is wrong and how bad, each under a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { labels, annotations } of rules) {
      expect(['warning', 'critical']).toContain(labels.severity)
      expect(annotations.summary.length).toBeGreaterThan(10)
      expect(annotations.description.length).toBeGreaterThan(10)
    }
  })
})

describe('the reader of PromQL in these tests', () => {
  test('finds every metric', () => {
    const expression = 'sum by (a) (rate(foo_total{x="y"}[$__rate_interval])) and on (b) bar{c="d"}'
    expect(metricsOf(expression)).toEqual(['foo_total', 'bar'])
  })
  test.each(['sum(foo', 'foo{a=b}', 'rate(foo[5])) ', 'foo and or bar', ''])(
    'refuses %s',
    (expression) => {
      expect(() => metricsOf(expression)).toThrow('No PromQL')
    },
  )
})
