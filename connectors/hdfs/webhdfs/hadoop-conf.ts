import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from 'sluice/api'

/** What these files of a folder set; a ConfigError where it has none of them. */
export async function readHadoopConf(
  folder: string,
  names: readonly string[] = ['core-site.xml', 'hdfs-site.xml'],
): Promise<ReadonlyMap<string, string>> {
  const properties = new Map<string, string>()
  let found = 0
  for (const name of names) {
    const text = await readFile(path.join(folder, name), 'utf8').catch(() => null)
    if (text === null) continue
    found++
    for (const [key, value] of propertiesOf(text)) properties.set(key, value)
  }
  if (found > 0) return resolved(properties)
  throw new ConfigError(
    `Invalid value ${folder} for configuration hadoop.conf.dir: there is no core-site.xml or hdfs-site.xml in it that can be read.`,
  )
}

function propertiesOf(xml: string): [string, string][] {
  const text = xml.replace(/<!--[\s\S]*?-->/g, '')
  return Array.from(text.matchAll(/<property>([\s\S]*?)<\/property>/g), ([, inner = '']) => [
    elementOf(inner, 'name'),
    elementOf(inner, 'value'),
  ])
}

function elementOf(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)
  return unescaped(found?.[1] ?? '').trim()
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
}

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity)
}

/** Values may name each other by `${name}`; what is not set stays as it is. */
function resolved(properties: ReadonlyMap<string, string>): Map<string, string> {
  const resolve = (value: string, depth: number): string =>
    depth > 20
      ? value
      : value.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => {
          const known = properties.get(name)
          return known === undefined ? whole : resolve(known, depth + 1)
        })
  return new Map(Array.from(properties, ([name, value]) => [name, resolve(value, 0)]))
}
