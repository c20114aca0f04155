/** Names of the logical types; a schema that bears one takes the logical class and no other. */
export const decimalName = 'org.apache.kafka.connect.data.Decimal'
export const dateName = 'org.apache.kafka.connect.data.Date'
export const timeName = 'org.apache.kafka.connect.data.Time'
export const timestampName = 'org.apache.kafka.connect.data.Timestamp'
