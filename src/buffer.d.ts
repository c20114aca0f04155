/** Methods that every Node has and its type definitions leave out; the fastest way between bytes and strings. */
interface Buffer {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
  /** Return the number of bytes written, at most `length`. */
  utf8Write(value: string, at: number, length: number): number
  latin1Write(value: string, at: number, length: number): number
}
