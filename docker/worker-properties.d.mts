export function propertyOf(variable: string): string | null
export function propertiesFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string>
export function withProperties(file: string, properties: Readonly<Record<string, string>>): string
export function effectiveProperty(
  key: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined
export function workerFileOf(proc?: string): string | null
