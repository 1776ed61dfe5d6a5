import { type TrytonClient, TrytonRpcError } from '../rpc.ts';

const maxWarnings = 10;

/** Presses a button and answers "yes" to each of Tryton's warnings, as a person would. */
export async function pressAcknowledging(
  client: TrytonClient,
  model: string,
  { button, ids }: { readonly button: string; readonly ids: readonly number[] },
): Promise<void> {
  for (let warnings = 0; ; warnings += 1) {
    try {
      await client.press(model, button, ids);
      return;
    } catch (error) {
      if (!(error instanceof TrytonRpcError) || error.kind !== 'UserWarning' || warnings >= maxWarnings) throw error;
      const [name = ''] = error.detail as string[];
      await client.create('res.user.warning', [{ user: client.userId, name, always: false }]);
    }
  }
}
