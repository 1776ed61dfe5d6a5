import { type Entity, entities as entityNames } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { sha256 } from '../../model/ids.ts';
import { type JsonObject, isJsonObject } from '../../model/json.ts';
import type { ConnectionCheck, EntityCheck } from '../connector.ts';
import type { SessionCalls } from './calls.ts';
import { wrongSettings } from './errors.ts';
import type { Login } from './login.ts';
import { textBehind } from './record.ts';
import type { TrytonSettings } from './settings.ts';
import type { TrytonEntities, TrytonEntity } from './source.ts';

export interface CheckOptions {
  readonly entities: TrytonEntities;
  readonly settings: TrytonSettings;
  readonly signal: AbortSignal;
}

/** Logs in, finds the company and tries to read one record of each entity. */
export async function checkConnection(calls: SessionCalls, options: CheckOptions): Promise<ConnectionCheck> {
  const { entities, settings, signal } = options;
  const login = await calls.login(signal);
  const company = await readCompany(calls, { login, signal });
  const checks: { [E in Entity]?: EntityCheck } = {};
  for (const entity of entityNames) {
    const declared = entities[entity];
    if (declared) checks[entity] = await checkEntity(calls, { entity, declared, signal });
  }
  return {
    fingerprint: fingerprintOf(company, { database: settings.database }),
    systemVersion: login.series,
    profile: { company: login.company, currency: textBehind(company, 'currency', 'code') ?? null },
    entities: checks,
  };
}

async function readCompany(
  calls: SessionCalls,
  { login, signal }: { login: Login; signal: AbortSignal },
): Promise<JsonObject> {
  const { records } = await calls.searchRead({
    model: 'company.company',
    domain: [['id', '=', login.company]],
    fields: ['create_date', 'currency.code'],
    limit: 1,
    signal,
  });
  const [company] = records;
  if (company) return company;
  throw wrongSettings(`The Tryton user may not see its own company ${login.company}. Add it to the user's companies.`);
}

/**
 * The account is a company in a database. Its record's moment of creation (microseconds) tells it from a company with the
 * same id elsewhere, and stays when it is renamed or the database moves to another host.
 */
function fingerprintOf(company: JsonObject, { database }: { database: string }): string {
  return sha256(JSON.stringify(['tryton', database, company['id'] ?? null, company['create_date'] ?? null]));
}

interface EntityToCheck {
  readonly entity: Entity;
  readonly declared: TrytonEntity;
  readonly signal: AbortSignal;
}

async function checkEntity(calls: SessionCalls, { entity, declared, signal }: EntityToCheck): Promise<EntityCheck> {
  try {
    const hidden = await unreadableModels(calls, { models: declared.source.models, signal });
    if (hidden.length > 0) {
      return notReadable(declared, `The user may not read ${hidden.join(', ')}.`);
    }
    const selection = { kind: 'snapshot', documentsFrom: null } as const;
    await declared.source.readPage(calls, { entity, selection, checkpoint: null, pageSize: 1, signal });
    return { readable: true };
  } catch (error) {
    if (!(error instanceof FlowsError)) throw error;
    if (error.code === 'unsupported') {
      const hint = `Activate the module "${declared.module}" in Tryton (Administration > Modules), then connect again.`;
      return { readable: false, message: error.message, hint };
    }
    if (error.code === 'permission_denied') return notReadable(declared, error.message);
    throw error;
  }
}

/** The server's own table of rights: unlike the text of a refusal it does not depend on the user's language. */
async function unreadableModels(
  calls: SessionCalls,
  { models, signal }: { models: readonly string[]; signal: AbortSignal },
): Promise<string[]> {
  const { result } = await calls.callModel('ir.model.access', 'get_access', { args: [[...models]], signal });
  const rights = isJsonObject(result) ? result : {};
  return models.filter((model) => {
    const right = rights[model];
    return !isJsonObject(right) || !right['read'];
  });
}

function notReadable({ group }: TrytonEntity, message: string): EntityCheck {
  const hint = group
    ? `Add the user to the group "${group}" in Tryton (Administration > Users > Users > Access Permissions).`
    : 'Give a group of the user the right to read this model (Administration > Models > Access).';
  return { readable: false, message, hint };
}
