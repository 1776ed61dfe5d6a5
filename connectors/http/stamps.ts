import { FlowsError } from '../../model/errors/flows-error.ts';
import { isInstant, shiftInstant } from '../../model/instants.ts';
import type { StampFormat } from '../connector.ts';

/** Stamps that are UTC instants with six digits of a second already, e.g. `2026-11-01T08:15:30.123456Z`. */
export const isoStamps: StampFormat = {
  toInstant: checked,
  shift: (stamp, shiftMs) => shiftInstant(checked(stamp), shiftMs),
};

function checked(stamp: string): string {
  if (isInstant(stamp)) return stamp;
  throw new FlowsError(
    'bad_response',
    `The stamp ${JSON.stringify(stamp.slice(0, 64))} is no UTC instant like 2026-11-01T08:15:30.123456Z. Fetch the ` +
      'record again; if the system keeps sending it, its connector does not fit this version.',
  );
}
