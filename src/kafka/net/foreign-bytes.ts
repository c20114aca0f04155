/** TLS records: change_cipher_spec, alert, handshake, application_data. */
const FIRST_TLS_TYPE = 20
const LAST_TLS_TYPE = 23

/** What a user should look at, where the beginning of a frame is that of another protocol. */
export function adviceOn(frame: Buffer): string {
  if (frame.subarray(0, 4).toString('latin1') === 'HTTP') {
    return 'that is an answer of HTTP. Use the port of a Kafka listener, not that of a web server or proxy'
  }
  const type = frame[0] ?? 0
  if (type >= FIRST_TLS_TYPE && type <= LAST_TLS_TYPE && frame[1] === 3) {
    return 'that is TLS. Set security.protocol to SSL or SASL_SSL'
  }
  return 'check that the port is that of a Kafka listener, and its security protocol'
}
