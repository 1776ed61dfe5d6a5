import type { TrytonClient } from '../rpc.ts';

/** Login of a user who may sign in and belongs to no group, so that every business record is refused to them. */
export const restrictedUser = 'restricted';

export async function seedRestrictedUser(
  client: TrytonClient,
  { company, password }: { readonly company: number; readonly password: string },
): Promise<void> {
  await client.create('res.user', [
    { name: 'Without rights', login: restrictedUser, password, companies: [['add', [company]]], company },
  ]);
}
