import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Output {
  readonly entryPoint?: string
  readonly imports: readonly { readonly path: string; readonly kind: string }[]
  readonly inputs: Readonly<Record<string, unknown>>
}

/** The chunks that are loaded with `chunk`, itself among them. */
function loadedWith(chunk: string, outputs: Readonly<Record<string, Output>>): Set<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(next)
    }
  }
  visit(chunk)
  return seen
}

let sourcesOf: (entryPoint: string) => readonly string[]
beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { api: 'src/api/index.ts', thread: 'src/runtime/plugin-thread.ts' },
    outdir: 'dist',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    external: ['@node-rs/crc32', 'chokidar', 'snappy'],
  })
  const outputs = metafile.outputs as Readonly<Record<string, Output>>
  sourcesOf = (entryPoint) => {
    const [chunk] = Object.entries(outputs).find(([, out]) => out.entryPoint === entryPoint) ?? []
    if (chunk === undefined) throw new Error(`${entryPoint} is not loaded by itself.`)
    return [...loadedWith(chunk, outputs)].flatMap((path) =>
      Object.keys(outputs[path]?.inputs ?? {}),
    )
  }
})

describe('a plugin thread loads no more code than it needs', () => {
  const foreign = /node_modules|src\/(?:rest|herder|worker|cli|stores\/kafka|kafka\/admin)/

  test.each([
    { role: 'its start', entry: 'src/runtime/plugin-thread.ts', not: /src\/kafka|validation\.ts/ },
    { role: 'connectors', entry: 'src/runtime/connector-host.ts', not: /src\/kafka/ },
    { role: 'validation', entry: 'src/runtime/validation.ts', not: /src\/kafka\/(?!types)/ },
    { role: 'tasks', entry: 'src/runtime/task-factory.ts', not: /validation\.ts/ },
  ])('for $role', ({ entry, not }) => {
    const sources = sourcesOf(entry)
    expect(sources).toContain(entry)
    expect(sources.filter((source) => foreign.test(source) || not.test(source))).toEqual([])
  })
})
