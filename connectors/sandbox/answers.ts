import { entities } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { ConnectionCheck, DeletionsPage, EntityCheck, RemotePage } from '../connector.ts';
import type { HttpAnswer } from '../http/http-messages.ts';
import { checkpointIn } from './checkpoints.ts';
import { resources } from './resources.ts';

/** A body that has to be an object. All functions here throw `bad_response` for an answer of another shape. */
export function bodyOf(answer: HttpAnswer): JsonObject {
  const body = answer.json();
  if (isJsonObject(body)) return body;
  throw unexpected(answer, 'an object');
}

/** Items and the link to the next page. Only an explicit null means the end. */
export function readList(answer: HttpAnswer): { items: Json[]; link: string | null } {
  const { Items: items, Next: link } = bodyOf(answer);
  if (!Array.isArray(items)) throw unexpected(answer, 'a list "Items"');
  if (link !== null && typeof link !== 'string') throw unexpected(answer, '"Next" with a link or null');
  return { items, link };
}

/** A page of records. */
export function toPage(answer: HttpAnswer): RemotePage {
  const { items, link } = readList(answer);
  return { items, next: checkpointIn(link), bytes: answer.bytes };
}

/** A page of the delete feed. */
export function toDeletions(answer: HttpAnswer): DeletionsPage {
  const { items, link } = readList(answer);
  const deletions = items.map((item) => {
    const entry = isJsonObject(item) ? item : {};
    return { remoteId: requiredText(entry, 'Id', answer), stamp: requiredText(entry, 'DeletedAt', answer) };
  });
  return { deletions, next: checkpointIn(link) };
}

/** What `/system` says about the ERP, the account and its permissions. */
export function toCheck(answer: HttpAnswer): ConnectionCheck {
  const system = bodyOf(answer);
  const permissions = isJsonObject(system['Permissions']) ? system['Permissions'] : {};
  const checks = entities.map((entity): [string, EntityCheck] => [entity, checkOf(entity, permissions)]);
  return {
    fingerprint: `sandbox:${requiredText(system, 'Company', answer)}`,
    systemVersion: requiredText(system, 'Version', answer),
    profile: { company: requiredText(system, 'Company', answer), features: system['Features'] ?? {} },
    entities: Object.fromEntries(checks),
  };
}

function checkOf(entity: keyof typeof resources, permissions: JsonObject): EntityCheck {
  const resource = resources[entity];
  if (permissions[resource] === 'READ') return { readable: true };
  return {
    readable: false,
    message: `The user may not read ${resource}.`,
    hint: `Give the user READ on ${resource} in the ERP, or leave ${entity} out.`,
  };
}

/** A field that has to be a text with something in it. */
export function requiredText(body: JsonObject, key: string, answer: HttpAnswer): string {
  const value = body[key];
  if (typeof value === 'string' && value !== '') return value;
  throw unexpected(answer, `a text "${key}"`);
}

function unexpected(answer: HttpAnswer, expected: string): FlowsError {
  return new FlowsError(
    'bad_response',
    `${answer.request} answered ${answer.status} without ${expected}. Check that the address is that of a sandbox ERP.`,
    { upstream: { system: 'sandbox', status: answer.status } },
  );
}
