import { controlActivities, described } from './activity-proxies.ts';

/** One round of a scheduled chore. */
export function chore({
  name,
}: {
  readonly v: 1;
  readonly name: 'align' | 'prune';
}): Promise<Readonly<Record<string, number>>> {
  return controlActivities.runChore.executeWithOptions(...described(`Chore: ${name}`, { name }));
}
