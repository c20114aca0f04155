/** The class names of transformations of which there is a `$Key` and a `$Value`. */
export function sidedNames(packageName: string, names: readonly string[]): string[] {
  return names.flatMap((name) => [`${packageName}.${name}$Key`, `${packageName}.${name}$Value`])
}
