import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { cached, run } from '../cache.ts'

const version = '7.0.0'
/** What the package is built with where the system has no headers of Kerberos; the libraries it loads are the system's. */
const debianPackages = ['krb5-multidev', 'libkrb5-dev', 'comerr-dev']

/** The npm package `kerberos`, compiled here once a machine: what `NODE_PATH` is to hold. */
export async function installKerberos(): Promise<string> {
  const dir = await cached(`kerberos-${version}`, async (target) => {
    const npm = ['install', '--prefix', target, '--no-save', '--no-audit', '--no-fund']
    await run(
      'npm',
      [...npm, '--ignore-scripts', `kerberos@${version}`],
      'Cannot install the package kerberos',
    )
    const include = await headers(target)
    const flags = include === null ? '' : `CXXFLAGS=-I${include} `
    await run(
      'sh',
      ['-c', `cd "$0" && ${flags}npm rebuild kerberos --build-from-source`, target],
      'Cannot compile the package kerberos: a C++ compiler, Python and the headers of Node are needed',
    )
  })
  return path.join(dir, 'node_modules')
}

/** Null where the system has them. */
async function headers(target: string): Promise<string | null> {
  if (existsSync('/usr/include/gssapi/gssapi.h')) return null
  const debs = path.join(target, 'debs')
  await mkdir(debs)
  const hint = 'Cannot get the headers of Kerberos: install libkrb5-dev'
  await run('sh', ['-c', `cd "$0" && apt-get download "$@"`, debs, ...debianPackages], hint)
  for (const file of await readdir(debs)) {
    if (file.endsWith('.deb')) await run('dpkg', ['-x', path.join(debs, file), debs], hint)
  }
  return path.join(debs, 'usr', 'include')
}
