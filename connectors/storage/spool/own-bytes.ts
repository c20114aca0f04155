const grainBytes = 64 * 1024
/** So much is kept for the next who asks. */
const mostFreeBytes = 24 * 1024 * 1024

const own = new WeakSet<ArrayBufferLike>()
const free: Buffer[] = []
let freeBytes = 0

/**
 * Memory with anything in it, used again where it is large. Beside the page faults that this saves, large buffers outlive the small collections, and once a few MB of them
 * have been made the engine begins a full one: a sink that makes them anew for every file spends a third of its time there.
 */
export function ownBytes(size: number): Buffer {
  if (size < grainBytes) return Buffer.allocUnsafeSlow(size)
  const bytes = takeFree(size) ?? Buffer.allocUnsafeSlow(Math.ceil(size / grainBytes) * grainBytes)
  own.add(bytes.buffer)
  return bytes.subarray(0, size)
}

/** Takes back what {@link ownBytes} gave, whole or in part; others are left alone. Nobody may read it from here on. */
export function giveBack(buffers: readonly Uint8Array[]): void {
  for (const { buffer } of buffers) {
    if (!own.delete(buffer) || freeBytes + buffer.byteLength > mostFreeBytes) continue
    free.push(Buffer.from(buffer))
    freeBytes += buffer.byteLength
  }
}

/** It may be read for as long as it is reachable: {@link giveBack} leaves it alone. */
export function keepForGood({ buffer }: Uint8Array): void {
  own.delete(buffer)
}

function takeFree(size: number): Buffer | null {
  const index = free.findLastIndex(
    ({ length }) => length >= size && length <= size + size / 4 + grainBytes,
  )
  if (index < 0) return null
  const [found = null] = free.splice(index, 1)
  freeBytes -= found?.length ?? 0
  return found
}
