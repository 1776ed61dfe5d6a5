export interface ServerSettings {
  readonly dataDirectory: string;
  readonly port: number;
  readonly durable: boolean;
}

/** Arguments of `postgres`: loopback only, no socket file, sized for a developer's machine. */
export function serverArguments({ dataDirectory, port, durable }: ServerSettings): string[] {
  const settings = { ...common, ...(durable ? kept : throwAway), port: String(port) };
  return ['-D', dataDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

const common = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
} as const;

/** What makes a committed transaction survive a crash of the machine. */
const kept = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' } as const;

const throwAway = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
} as const;
