import { pino } from 'pino';

/** What the rooms log with: one JSON object a line, on standard error. */
export type Logger = pino.Logger;

/**
 * A logger. Only named fields are logged, never whole configurations or inputs: redaction by path would miss what it does
 * not know.
 */
export function createLogger(options: { level: string; name: string }): Logger {
  return pino(
    {
      level: options.level,
      name: options.name,
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: ['taskToken', '*.taskToken', 'password', '*.password', 'authorization', '*.authorization'],
        remove: true,
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
