import type { z } from 'zod';
import type { Connector } from '../../connectors/connector.ts';
import { FlowsError, type Problem } from '../../model/errors/flows-error.ts';

export interface ConnectionInput {
  readonly settings: object;
  readonly credentials: object;
}

/**
 * Settings and credentials as the connector's schemas make them. Throws `validation_failed` with every problem of both at
 * once; no value is named, only its place.
 */
export function validateConnection(connector: Connector, input: ConnectionInput): ConnectionInput {
  const settings = connector.settings.safeParse(input.settings);
  const credentials = connector.credentials.safeParse(input.credentials);
  if (settings.success && credentials.success) return { settings: settings.data, credentials: credentials.data };
  const problems = [...problemsOf('/settings', settings.error), ...problemsOf('/credentials', credentials.error)];
  throw new FlowsError(
    'validation_failed',
    `The connection to ${connector.title} was not made: ${problems.length === 1 ? 'a value is' : `${problems.length} values are`} missing or wrong.`,
    {
      problems,
    },
  );
}

function problemsOf(root: string, error: z.ZodError | undefined): Problem[] {
  return (error?.issues ?? []).map((issue) => ({
    path: root + issue.path.map(pointerStep).join(''),
    message: issue.message,
  }));
}

/** One step of a JSON pointer (RFC 6901). */
function pointerStep(key: PropertyKey): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
