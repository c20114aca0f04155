import manifest from '../../package.json' with { type: 'json' }

/** Put here by the build: 16 hexadecimal digits. */
declare const SLUICE_COMMIT: string | undefined

/** What this build is: for the `Server` header and `GET /`. */
export const buildInfo = {
  version: manifest.version,
  commit: typeof SLUICE_COMMIT === 'string' ? SLUICE_COMMIT : '0000000000000000',
} as const
