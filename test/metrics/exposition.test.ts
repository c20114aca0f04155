import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toPrometheusText } from '../../src/metrics/exposition.ts'
import type { MetricFamily } from '../../src/metrics/metric-family.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'

const family = (samples: MetricFamily['samples'], help = 'Help.'): MetricFamily => ({
  name: 'm',
  help,
  type: 'gauge',
  samples,
})

describe('the text for Prometheus', () => {
  test('whatever a label or a help text holds, the same is read back', () => {
    const text = fc.string({
      unit: fc.constantFrom('\\', '"', '\n', '{', '}', ',', '=', 'n', ' ', 'ü', '😀', '\r', '#'),
    })
    const any = fc.oneof(text, fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(any, any, any, (first, second, help) => {
        const labels = { connector: first, task: second }
        const written = toPrometheusText([family([{ labels, value: 1 }], help)])
        const [read] = parsePrometheusText(written).get('m')?.samples ?? []
        expect(Object.fromEntries(read?.labels ?? [])).toEqual(labels)
        expect(parsePrometheusText(written).get('m')?.help).toBe(help)
      }),
    )
  })

  test('every number is read back', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const read = parsePrometheusText(toPrometheusText([family([{ labels: {}, value }])]))
        // 0 and -0 are one number there.
        expect((read.get('m')?.samples[0]?.value ?? 1) + 0).toBe(value + 0)
      }),
    )
  })

  test('a family without samples is left out', () => {
    expect(toPrometheusText([family([])])).toBe('')
  })

  test('parts of a histogram stand under one name', () => {
    const histogram: MetricFamily = {
      name: 'h',
      help: 'Times.',
      type: 'histogram',
      samples: [
        { labels: { task: '0', le: '1' }, value: 2, part: 'bucket' },
        { labels: { task: '0', le: '+Inf' }, value: 3, part: 'bucket' },
        { labels: { task: '0' }, value: 7.5, part: 'sum' },
        { labels: { task: '0' }, value: 3, part: 'count' },
      ],
    }
    expect(toPrometheusText([histogram])).toBe(
      [
        '# HELP h Times.',
        '# TYPE h histogram',
        'h_bucket{task="0",le="1"} 2',
        'h_bucket{task="0",le="+Inf"} 3',
        'h_sum{task="0"} 7.5',
        'h_count{task="0"} 3',
        '',
      ].join('\n'),
    )
  })
})

describe('the reader of these tests refuses', () => {
  const head = '# HELP m Help.\n# TYPE m gauge\n'
  const counter = '# HELP m Help.\n# TYPE m counter\n'
  const histogram = '# HELP m Help.\n# TYPE m histogram\n'
  test.each([
    ['a last line that does not end', `${head}m 1`],
    ['a sample without a family', 'm 1\n'],
    ['a type without help', '# TYPE m gauge\nm 1\n'],
    ['a help without type', '# HELP m Help.\nm 1\n'],
    ['an unknown type', '# HELP m Help.\n# TYPE m number\nm 1\n'],
    ['a family in two places', `${head}m 1\n${head}m{a="b"} 1\n`],
    ['a series twice', `${head}m{a="b",c="d"} 1\nm{c="d",a="b"} 1\n`],
    ['a name with a dash', '# HELP a-b Help.\n# TYPE a-b gauge\na-b 1\n'],
    ['a label name with a dash', `${head}m{a-b="c"} 1\n`],
    ['a label twice', `${head}m{a="b",a="c"} 1\n`],
    ['a quote in a label', `${head}m{a="b"c"} 1\n`],
    ['an unknown escape', `${head}m{a="\\t"} 1\n`],
    ['a comma at the end', `${head}m{a="b",} 1\n`],
    ['something that is no number', `${head}m Infinity\n`],
    ['a timestamp', `${head}m 1 1700000000000\n`],
    ['an empty line', `${head}m 1\n\n`],
    ['a counter below 0', `${counter}m -1\n`],
    ['a family without samples', head],
    [
      'buckets that shrink',
      `${histogram}m_bucket{le="1"} 2\nm_bucket{le="+Inf"} 1\nm_sum 1\nm_count 1\n`,
    ],
    ['a histogram without +Inf', `${histogram}m_bucket{le="1"} 2\nm_sum 1\nm_count 2\n`],
    ['a histogram without its sum', `${histogram}m_bucket{le="+Inf"} 2\nm_count 2\n`],
  ])('%s', (_, text) => {
    expect(() => parsePrometheusText(text)).toThrow()
  })
})
