import { describe, expect, test } from 'vitest'
import { parseHeaderRules } from '../../src/config/response-headers.ts'

const read = (text: string): string[] =>
  parseHeaderRules(text).map(({ action, name, value }) => `${action}|${name}|${value}`)

describe('the headers of answers', () => {
  test.each([
    ['', []],
    ['  ', []],
    ['set X-A:b', ['set|X-A|b']],
    ['SET X-A: b ,add   X-B:c d', ['set|X-A|b', 'add|X-B|c d']],
    [
      '"set Cache-Control:no-cache, no-store",add X:y',
      ['set|Cache-Control|no-cache, no-store', 'add|X|y'],
    ],
    ['"set X:say \\"hi\\", you"', ['set|X|say "hi", you']],
    [
      'setDate Expires:31540000000,adddate Last-Modified:0',
      ['setDate|Expires|31540000000', 'addDate|Last-Modified|0'],
    ],
  ])('%j are read', (text, rules) => {
    expect(read(text)).toEqual(rules)
  })

  const pair = "Invalid format of header name and header value pair '"
  test.each([
    [
      'set',
      "Invalid format of header config 'set'. Expected: '[action] [header name]:[header value]'",
    ],
    ['set X:1,,', "Invalid format of header config ''."],
    [
      'put X:1',
      "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]",
    ],
    ['set X', `${pair}X'. Expected: '[header name]:[header value]'`],
    ['set X:', `${pair}X:'.`],
    ['set X:http://a', `${pair}X:http://a'.`],
    ['set X Y:1', "Invalid header name 'X Y'. The '[header name]' cannot contain whitespace"],
    ['set :1', "Invalid header name ''."],
    [
      'setDate X:soon',
      "Invalid header value 'soon' for 'X': setDate expects milliseconds from now.",
    ],
    ['set X(:1', "Invalid header config 'set X(:1': not of HTTP."],
  ])('%j is refused', (text, message) => {
    expect(() => parseHeaderRules(text)).toThrow(message)
  })
})
