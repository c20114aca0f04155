/** Names one task: connector and number, written `connector-0`. */
export interface ConnectorTaskId {
  readonly connector: string
  readonly task: number
}

export function taskIdText(id: ConnectorTaskId): string {
  return `${id.connector}-${id.task}`
}
