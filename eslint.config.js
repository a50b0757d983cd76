import tseslint from 'typescript-eslint';

const nodeGlobals = [
  ...[
    'AbortController',
    'AbortSignal',
    'Buffer',
    'Event',
    'EventTarget',
    'Headers',
    'ReadableStream',
    'Request',
  ],
  ...['Response', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'WebAssembly', 'clearInterval'],
  ...[
    'clearTimeout',
    'console',
    'crypto',
    'fetch',
    'performance',
    'process',
    'queueMicrotask',
    'setImmediate',
  ],
  ...['setInterval', 'setTimeout', 'structuredClone'],
];

/** Known in the functions that a test hands to a page. */
const pageGlobals = ['document', 'indexedDB', 'location', 'navigator', 'window', 'customElements'];

const coreRules = {
  'array-callback-return': 'error',
  'constructor-super': 'error',
  eqeqeq: 'error',
  'for-direction': 'error',
  'getter-return': 'error',
  'no-async-promise-executor': 'error',
  'no-class-assign': 'error',
  'no-compare-neg-zero': 'error',
  'no-cond-assign': 'error',
  'no-const-assign': 'error',
  'no-constant-binary-expression': 'error',
  'no-debugger': 'error',
  'no-dupe-class-members': 'error',
  'no-dupe-else-if': 'error',
  'no-dupe-keys': 'error',
  'no-duplicate-case': 'error',
  'no-empty': 'error',
  'no-fallthrough': 'error',
  'no-irregular-whitespace': 'error',
  'no-loss-of-precision': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-this-before-super': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-catch': 'error',
  'no-useless-escape': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'require-yield': 'error',
  'use-isnan': 'error',
  'valid-typeof': 'error',
};

/** The function that code stands in. */
function functionAround(node) {
  let at = node.parent;
  while (at && !/Function/.test(at.type)) at = at.parent;
  return at;
}

/**
 * A transaction commits by itself while something else is awaited: so it is opened where nothing can be.
 * (What is asked within it is asked by callbacks.)
 */
const transactionsWithoutAwait = {
  meta: { type: 'problem', messages: { awaits: 'A transaction must not be opened in an async function.' } },
  create: (context) => ({
    'CallExpression[callee.property.name="transaction"]'(node) {
      if (functionAround(node)?.async) context.report({ node, messageId: 'awaits' });
    },
  }),
};

/** A name that starts with an underscore says that it is not used. */
const unusedByName = { argsIgnorePattern: '^_', varsIgnorePattern: '^_' };

const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/build*/', '.deps/', '.demo/', '**/gen/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: coreRules },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: readonly([...nodeGlobals, ...pageGlobals]) },
    rules: { 'no-undef': 'error', 'no-unused-vars': ['error', unusedByName] },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', unusedByName],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['js-bindings/src/**/*.ts'],
    plugins: { own: { rules: { 'transactions-without-await': transactionsWithoutAwait } } },
    rules: { 'own/transactions-without-await': 'error' },
  },
  {
    // Run elsewhere than the page, so not part of its tsconfig.json.
    files: ['web-demo/vite.config.ts', 'web-demo/src/sw.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'off' },
  },
);
