const kept: Readonly<Record<string, string>> = {
  '%24': '$',
  '%26': '&',
  '%2C': ',',
  '%3B': ';',
  '%3D': '=',
  '%40': '@',
}

/** A path in a URL. `+` is written as `%2B`: some servers take the plain one for a space. */
export function pathText(path: string): string {
  return path
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(/%(?:24|26|2C|3B|3D|40)/g, (code) => kept[code] ?? code),
    )
    .join('/')
}

/** A path of several parts, with one slash between them and none at the end. */
export function joinPath(...parts: readonly string[]): string {
  const path = parts.join('/').replace(/\/{2,}/g, '/')
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
