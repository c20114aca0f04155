import { distinctValues, oneOfIgnoringCase } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'

/** Keys that several transformations have, worded as Java's. */

export const replaceNullWithDefault = {
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc:
      'Whether to replace fields that have a default value and that are null to the default value. ' +
      'When set to true, the default value is used, otherwise null is used.',
  },
} as const satisfies Record<string, KeySpec>

/** KIP-821. In Java ExtractField alone has it. */
export const fieldSyntaxVersion = {
  'field.syntax.version': {
    type: 'string',
    default: 'V1',
    validator: oneOfIgnoringCase('V1', 'V2'),
    importance: 'high',
    doc:
      'Defines the version of the syntax to access fields. If set to <code>V1</code>, then the field paths are limited to ' +
      'access the elements at the root level of the struct or map. If set to <code>V2</code>, the syntax will support ' +
      'accessing nested elements. To access nested elements, dotted notation is used. If dots are already included in the ' +
      'field name, then backtick pairs can be used to wrap field names containing dots. E.g. to access the subfield ' +
      '<code>baz</code> from a field named "foo.bar" in a struct/map the following format can be used to access its ' +
      'elements: "<code>foo.bar</code>.baz".',
  },
} as const satisfies Record<string, KeySpec>

/** A list that names at least one thing, each once. */
export const distinctNames = distinctValues({ empty: false, null: false })
