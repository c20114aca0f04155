import type { SinkSettings } from '../../../../connectors/jdbc/sink/settings.ts'
import { sinkSettingsOf } from '../../../../connectors/jdbc/sink/sink-config.ts'
import type { Vendor } from '../../../../connectors/jdbc/config/common-config.ts'

/** The settings of a configuration that says this and nothing else. */
export function settingsOf(
  props: Readonly<Record<string, string>> = {},
  vendor: Vendor = 'confluent',
): SinkSettings {
  const base = { name: 'sink', 'connection.url': 'jdbc:postgresql://localhost/db' }
  return sinkSettingsOf(vendor, { ...base, ...props }).settings
}
