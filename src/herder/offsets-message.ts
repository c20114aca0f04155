/** What is answered once offsets were altered or reset; `handled` is what the connector said of its own part. */
export function offsetsMessage(doing: 'altered' | 'reset', handled: boolean): string {
  return handled
    ? `The offsets for this connector have been ${doing} successfully`
    : `The Connect framework-managed offsets for this connector have been ${doing} successfully. However, if this connector manages offsets externally, they will need to be manually ${doing} in the system that the connector uses.`
}

/** Offsets may be changed only where no task can write them (KIP-875). */
export function notStoppedMessage(connector: string): string {
  return `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector}/stop' endpoint`
}
