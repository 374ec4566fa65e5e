import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'crypto'].map(
    (name) => [name, 'readonly'],
  ),
)

/** Layers of the console: who may import whom. Features are strangers to one another. */
const above = (layers, packages = []) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: packages,
      patterns: [
        { group: layers.map((layer) => `@/${layer}`), message: 'Imports go down: app > features > design > i18n, api, stream > models.' },
        { group: ['../*'], message: 'Use @/… so that the layer is visible.' },
      ],
    },
  ],
})

const lines = (max) => ({ 'max-lines': ['error', { max, skipBlankLines: false, skipComments: false }] })

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/api/schema.d.ts'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/no-v-html': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'any' } }],
      'vue/require-default-prop': 'off',
    },
  },
  { files: ['src/**/*.{ts,vue}', 'tests/**/*.ts', 'mock/*.js'], rules: lines(250) },
  { files: ['src/i18n/{fr,en,es}.ts'], rules: { 'max-lines': 'off' } },
  { files: ['src/**/*.{ts,vue}'], rules: { 'no-undef': 'off', 'no-console': 'error' } },
  { files: ['src/features/**'], rules: above(['features/**', 'app/**']) },
  { files: ['src/design/**'], rules: above(['features/**', 'app/**', 'api/**', 'stream']) },
  { files: ['src/i18n/**', 'src/api/**', 'src/stream.ts'], rules: above(['features/**', 'app/**', 'design/**']) },
  {
    files: ['src/models/**'],
    rules: {
      ...above(['features/**', 'app/**', 'design/**', 'i18n/**', 'stream', 'api/client', 'api/hub'], ['vue']),
      'no-restricted-globals': ['error', 'document', 'window', 'localStorage', 'navigator', 'fetch', 'WebSocket'],
    },
  },
  { files: ['public/**'], languageOptions: { globals: { document: 'readonly', localStorage: 'readonly' } }, rules: { 'no-var': 'off' } },
  { files: ['mock/**', 'scripts/**', '*.js'], languageOptions: { globals: nodeGlobals } },
)
