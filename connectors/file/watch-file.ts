import path from 'node:path'

/** Closes what watches. */
export type StopWatching = () => Promise<void>

/** Calls `onChange` whenever the file at a path may have changed; `onError` where that is not known any more. */
export type WatchFile = (
  file: string,
  onChange: () => void,
  onError: (error: unknown) => void,
) => Promise<StopWatching>

/** Watches with chokidar, which also notices a file that comes to be later. Loaded only where a file is tailed. */
export const watchFile: WatchFile = async (file, onChange, onError) => {
  const { watch } = await import('chokidar')
  const name = path.basename(file)
  const watcher = watch(file, { ignoreInitial: true, atomic: false })
  // `raw` is every event of the system; the others leave out what comes within 50 ms of the one before.
  watcher.on('raw', (_event, changed) => {
    if (path.basename(changed) === name) onChange()
  })
  watcher.on('all', onChange)
  watcher.on('ready', onChange)
  watcher.on('error', onError)
  return () => watcher.close()
}
