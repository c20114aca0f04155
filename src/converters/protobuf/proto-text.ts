import type {
  EnumDeclaration,
  FieldDeclaration,
  FileDeclaration,
  MessageDeclaration,
} from './declarations.ts'
import { meta } from './names.ts'

/**
 * A `.proto` file of proto3 as Confluent's converter prints it, blanks included: a registry that compares texts knows the schemas of
 * both for the same. `options` are those of the file.
 */
export function protoText(file: FileDeclaration, options: readonly string[] = []): string {
  const { packageName, imports, messages, enums } = file
  const head = ['syntax = "proto3";', ...(packageName === '' ? [] : [`package ${packageName};`])]
  const sections = [
    head,
    imports.map((path) => `import "${path}";`),
    options.map((option) => `option ${option};`),
    [...messages.flatMap(messageLines), ...enums.flatMap(enumLines)],
  ]
  return `${sections.filter(isFilled).map(joined).join('\n\n')}\n`
}

function messageLines({ name, fields, oneofs, messages, enums }: MessageDeclaration): string[] {
  const plain = fields.filter(({ oneof }) => oneof === null)
  return block(`message ${name}`, [
    plain.flatMap(fieldLines),
    oneofs.flatMap((oneof) => {
      const members = fields.filter((field) => field.oneof === oneof)
      return block(`oneof ${oneof}`, [members.flatMap(fieldLines)])
    }),
    [...messages.flatMap(messageLines), ...enums.flatMap(enumLines)],
  ])
}

function enumLines({ name, values }: EnumDeclaration): string[] {
  return block(`enum ${name}`, [values.map((value) => `${value.name} = ${value.number};`)])
}

/** With a blank line between its sections, which only what is around the block indents. */
function block(head: string, sections: readonly (readonly string[])[]): string[] {
  const filled = sections.filter(isFilled)
  if (filled.length === 0) return [`${head} {}`]
  const lines = filled.flatMap((section, index) => [
    ...(index === 0 ? [] : ['']),
    ...indented(section),
  ])
  return [`${head} {`, ...lines, '}']
}

function fieldLines({ name, number, label, typeName, params }: FieldDeclaration): string[] {
  const field = `${label === null ? '' : `${label} `}${typeName} ${name} = ${number}`
  if (params.size === 0) return [`${field};`]
  return [`${field} [(confluent.field_meta) = {`, ...indented(paramLines(params)), '}];']
}

function paramLines(params: ReadonlyMap<string, string>): string[] {
  const entries = [...params].map(([key, value]) => {
    const members = [`key: ${quoted(key)}`, `value: ${quoted(value)}`]
    // These two have always been written the other way round.
    if (key === meta.precision || key === meta.scale) members.reverse()
    return ['{', ...indented(withCommas(members)), '}'].join('\n')
  })
  const lines = withCommas(entries).flatMap((entry) => entry.split('\n'))
  return ['params: [', ...indented(lines), ']']
}

function quoted(text: string): string {
  return `"${text.replace(/["'\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

function withCommas(list: readonly string[]): string[] {
  return list.map((each, index) => (index < list.length - 1 ? `${each},` : each))
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function joined(lines: readonly string[]): string {
  return lines.join('\n')
}

function isFilled(lines: readonly string[]): boolean {
  return lines.length > 0
}
