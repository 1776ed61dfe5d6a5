// The import arrows of the rooms, as the design fixes them. Type-only imports are told apart by oxlint
// (no-restricted-imports), because the swc parser reports them like any other import.

/** For each room, what its files may import beside the room itself and npm packages. */
const mayImport = {
  model: [],
  connectors: ['^model/'],
  store: ['^model/'],
  activities: ['^connectors/', '^store/', '^model/'],
  workflows: ['^activities/', '^model/'],
  engine: ['^workflows/contract\\.ts$', '^model/'],
  worker: ['^engine/', '^activities/', '^workflows/', '^store/', '^connectors/', '^platform/', '^model/'],
  client: ['^engine/', '^model/', '^store/', '^connectors/(registry|connector)\\.ts$', '^workflows/'],
  api: ['^client/', '^store/', '^model/'],
  platform: ['^model/errors/'],
  dashboard: [],
  flows: ['^model/'],
};

/** Files that wire things together: they may import everything. */
const entryPoints = [
  '^(worker|api)/main\\.ts$',
  '^client/(cli|scripts)/',
  '^platform/local/sandbox-erp/main\\.ts$',
  '^(scripts|bench|test)/',
];

const rooms = Object.entries(mayImport).map(([room, targets]) => ({
  name: `room-${room}`,
  comment: `${room}/ may import: ${[`^${room}/`, ...targets].join(' ')}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: entryPoints },
  to: { dependencyTypes: ['local'], pathNot: [`^${room}/`, ...targets] },
}));

const knownFolders = [...Object.keys(mayImport), 'scripts', 'bench', 'test', 'docs'].join('|');

module.exports = {
  forbidden: [
    ...rooms,
    {
      name: 'unknown-room',
      comment: 'A new top-level folder needs its line in mayImport (.dependency-cruiser.cjs).',
      severity: 'error',
      from: { path: '^[^/]+/', pathNot: `^(${knownFolders})/` },
      to: {},
    },
    {
      name: 'no-import-of-api-or-dashboard',
      comment: 'Nothing imports api/ or dashboard/, except entry points.',
      severity: 'error',
      from: { pathNot: [...entryPoints, '^(api|dashboard)/'] },
      to: { path: '^(api|dashboard)/' },
    },
    {
      name: 'connector-stands-alone',
      comment:
        'A connector imports its own folder, connectors/http/ and the port (connectors/*.ts), never another one.',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/', pathNot: ['^connectors/($1|http)/', '^connectors/(?!registry\\.ts$)[^/]+\\.ts$'] },
    },
    {
      name: 'no-temporal-in-model-and-connectors',
      comment: 'Connectors and the model know nothing of Temporal.',
      severity: 'error',
      from: { path: '^(model|connectors)/' },
      to: { path: '(^|/)@temporalio/' },
    },
    {
      name: 'workflow-packages',
      comment: 'A workflow is deterministic: of packages it imports @temporalio/workflow and @temporalio/common only.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { dependencyTypesNot: ['local'], pathNot: ['(^|/)@temporalio/(workflow|common)(/|$)', '^\\.'] },
    },
    {
      name: 'no-circular',
      comment: 'Files that import each other in a circle cannot be read or loaded one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Without this parser type-only imports are not seen; without @swc/core installed, no TypeScript file at all.
    parser: 'swc',
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)(dist|\\.git)/' },
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
