/** Types that a search attribute may have (names as the Temporal CLI takes them). */
export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface DevServerSettings {
  readonly namespace: string;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  /** SQLite file; without it all is kept in memory and lost with the process. */
  readonly dbFile?: string | undefined;
  readonly ui: boolean;
}

export interface DevServerPorts {
  readonly port: number;
  readonly uiPort: number;
}

/** Arguments of `temporal` for a dev server on loopback. */
export function devServerArguments(settings: DevServerSettings, { port, uiPort }: DevServerPorts): string[] {
  const { namespace, searchAttributes, dbFile, ui } = settings;
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
    ...(ui ? ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)] : ['--headless']),
    ...(dbFile ? ['--db-filename', dbFile, ...sqlitePragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])] : []),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...['--log-level', 'error'],
  ];
}

/** No commit of a killed server is lost; a crash of the machine may lose the last ones but damages nothing. */
const sqlitePragmas = ['journal_mode=WAL', 'synchronous=NORMAL'] as const;

/** Measured on server 1.29.1; without the first two an activity takes 100 ms and every timer at least 1 s. */
const dynamicConfig = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxTimeShift="0s"',
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  // One partition: fairness between keys holds within a partition only.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
] as const;
