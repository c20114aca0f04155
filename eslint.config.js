import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

/** The layers of src/, lowest first: a folder imports only from folders before it in this list. */
const layers = [
  ['errors', 'util'],
  ['data'],
  ['config'],
  ['api'],
  ['converters', 'transforms'],
  ['kafka'],
  ['stores'],
  ['plugins'],
  ['messages'],
  ['metrics'],
  ['runtime'],
  ['worker'],
  ['herder'],
  ['rest'],
  ['ui'],
  ['cli'],
]

/** For every layer: what it may not import, one zone a forbidden folder, so that the message names it. */
const zones = layers.flatMap((folders, level) => {
  const above = layers.slice(level + 1).flat()
  return folders.flatMap((folder) => [
    ...above.map((other) => ({
      target: `./src/${folder}`,
      from: `./src/${other}`,
      message: `${folder}/ lies below ${other}/ and may not import it (CONTRIBUTING.md, Layout).`,
    })),
    { target: `./src/${folder}`, from: './connectors', message: 'src/ never imports a connector.' },
  ])
})
const pluginZones = ['converters', 'transforms'].flatMap((folder) =>
  ['data', 'config', 'errors', 'util'].map((other) => ({
    target: `./src/${folder}`,
    from: `./src/${other}`,
    message: `Built-in plugins import src/api alone.`,
  })),
)
const connectorZones = [
  { target: './connectors', from: './src', message: 'A connector imports sluice/api only.' },
]

/** A third-party library has one door. */
const doors = [
  { name: 'fastify', allow: 'src/rest/**' },
  { name: 'convict', allow: 'src/config/**' },
  { name: 'kafkajs', allow: 'src/kafka/admin/**' },
  { name: 'chokidar', allow: 'connectors/file/**' },
  { name: '@node-rs/crc32', allow: 'src/kafka/records/**' },
  { name: 'ajv', allow: 'src/converters/json-schema/**' },
  { name: 'libsql', allow: 'connectors/jdbc/drivers/**' },
  { name: 'mysql2', allow: 'connectors/jdbc/drivers/**' },
  { name: 'pg', allow: 'connectors/jdbc/drivers/**' },
  { name: 'tedious', allow: 'connectors/jdbc/drivers/**' },
  { name: 'hive-driver', allow: 'connectors/hdfs/hive/**' },
  { name: '@aws-sdk/client-s3', allow: 'connectors/s3/**' },
  { name: 'hyparquet', allow: 'connectors/storage/**' },
  { name: 'hyparquet-writer', allow: 'connectors/storage/**' },
]

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', 'test/fixtures/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.js', '.mjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver': { node: { extensions: ['.ts', '.js', '.mjs'] } },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        { zones: [...zones, ...pluginZones, ...connectorZones] },
      ],
      'no-restricted-imports': ['error', { paths: doors.map((door) => door.name) }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/unbound-method': 'error',
    },
  },
  ...doors.map((door) => ({
    files: [door.allow, 'test/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: doors.filter((other) => other.allow !== door.allow).map((other) => other.name) },
      ],
    },
  })),
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-imports': 'off',
      'import-x/no-restricted-paths': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  prettier,
)
