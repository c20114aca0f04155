import { configDef } from '../../api/index.ts'

/** The keys of `ExtractTopic`, of all three kinds. */
export const extractTopicConfig = configDef({
  field: {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'The field, or the header, that names the topic. Where it is empty, the whole key or value does, which must be a string.',
  },
  'field.format': {
    type: 'string',
    default: 'PLAIN',
    oneOf: ['PLAIN', 'JSON_PATH'],
    importance: 'medium',
    doc: 'How the field is named: "PLAIN" by its name, "JSON_PATH" by a path into structs and maps, like $["a"]["b"].',
  },
  'skip.missing.or.null': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Whether a record passes as it is where there is no name: no such field, or null. Else it fails.',
  },
})
