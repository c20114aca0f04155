// node scripts/client-keys-page.mjs: writes docs/kafka-client-keys.md from the table in src/config/client-keys.
import { writeFile } from 'node:fs/promises'
import { loadTs } from './lib/load-ts.mjs'

const { clientKeysPage, pagePath } = await loadTs('test/docs/client-keys-page.ts')
await writeFile(pagePath, await clientKeysPage())
