import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { root } from '../../services/paths.ts'
import type { Break } from './breaks.ts'
import type * as campaign from './campaign.ts'

const entry = path.join(root, 'test', 'integration', 'faults', 'campaign.ts')

/** The campaign on a copy of the sources with that break in them, bundled into one module of its own. */
export async function brokenCampaign(broken: Break): Promise<typeof campaign> {
  const folder = path.join(root, '.cache', 'breaks')
  await mkdir(folder, { recursive: true })
  const outfile = path.join(folder, `${process.pid}-${broken.name.replaceAll(' ', '-')}.mjs`)
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [breaking(broken)],
  })
  try {
    return (await import(pathToFileURL(outfile).href)) as typeof campaign
  } finally {
    await rm(outfile)
  }
}

function breaking({ file, edits }: Break): Plugin {
  const broken = path.join(root, file)
  return {
    name: 'break',
    setup: (builder) => {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path: loaded }) => {
        if (loaded !== broken) return undefined
        let contents = await readFile(loaded, 'utf8')
        for (const [find, replace] of edits) {
          const places = contents.split(find).length - 1
          if (places !== 1)
            throw new Error(`${file} has ${places} places where the break fits: ${find}`)
          contents = contents.replace(find, () => replace)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}
