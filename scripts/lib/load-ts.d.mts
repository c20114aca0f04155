/** Bundles the module at `source` (from the root of the checkout) and answers with the URL of the result. */
export function bundleTs(source: string): Promise<string>
/** Imports the module at `source`, types stripped. */
export function loadTs(source: string): Promise<unknown>
