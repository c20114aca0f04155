/** A batch that claims to be larger is no batch: a broker takes at most `message.max.bytes` compressed. */
export const MOST_DECOMPRESSED_BYTES = 0x3fff_ffff
