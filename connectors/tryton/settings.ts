import { z } from 'zod';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { OpenConnection } from '../connector.ts';
import { transportSettings } from '../http/transport-settings.ts';
import { system } from './errors.ts';

export const trytonSettings = transportSettings.extend({
  /** Name of the Tryton database, as in the client's login. */
  database: z.string().min(1).max(63),
  /** Id of the company that the user must work in; where it is absent, the one found at connect. */
  company: z.number().int().positive().optional(),
});
export type TrytonSettings = z.infer<typeof trytonSettings>;

export const trytonCredentials = z.strictObject({ user: z.string().min(1), password: z.string().min(1) });
export type TrytonCredentials = z.infer<typeof trytonCredentials>;

export interface TrytonConnection {
  readonly settings: TrytonSettings;
  readonly credentials: TrytonCredentials;
}

/** Settings and credentials of a connection. Throws `configuration_invalid` with the paths of what is wrong, no values. */
export function parseConnection({ settings, credentials }: OpenConnection): TrytonConnection {
  return {
    settings: parse(trytonSettings, settings, 'settings'),
    credentials: parse(trytonCredentials, credentials, 'credentials'),
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: object, name: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: `/${path.map(String).join('/')}`,
    message,
  }));
  const list = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw new FlowsError('configuration_invalid', `The ${name} of the Tryton connection are not usable: ${list}.`, {
    problems,
    upstream: { system },
  });
}
