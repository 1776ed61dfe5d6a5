import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, type World } from '../support/world.ts';

const stamps = '"Version":1,"CreatedAt":"2026-10-01T00:00:00.000000Z","ChangedAt":null';

describe.concurrent('records that cannot be read, and those that are hard to', () => {
  let world: World;
  const sources: Source[] = [];
  const open = async (options: SourceOptions = {}) => {
    const source = await openSource(world, { ...options, erp: { only: 'suppliers', records: 60, ...options.erp } });
    sources.push(source);
    return source;
  };
  const insert = (source: Source, id: string, fields: string) =>
    source.control('insert', { resource: 'suppliers', id, raw: `{"Id":"${id}",${stamps},${fields}}` });
  const quarantine = async (source: Source) => {
    const { rows } = await world.database.pool.query<{
      remote_id: string | null;
      code: string;
      problems: { path: string }[];
      raw: unknown;
      is_open: boolean;
    }>(
      `select remote_id, code, problems, raw, resolved_at is null as is_open from quarantine where stream_id = $1
       order by remote_id`,
      [(await source.stream('vendor')).id],
    );
    return rows;
  };
  const retry = async (source: Source) =>
    world.engine.retryQuarantine({
      connectionId: source.connection.id,
      streamId: (await source.stream('vendor')).id,
      entity: 'vendor',
      system: 'sandbox',
    });

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(sources.map((source) => source.close()));
  });

  it.each([
    ['a missing field', '"Name":"x"', '/Status'],
    ['a field of another type', '"Status":"ACTIVE","Name":7', '/Name'],
    ['a value that our model refuses', '"Status":"ACTIVE","Name":"x","Currency":"EURO"', '/currency'],
  ])('S11 a record with %s is quarantined with its reason, the rest is stored, the run is partial', async (...row) => {
    const [, fields, path] = row;
    const source = await open();
    await source.control('create', { resource: 'suppliers', count: 5 });
    await insert(source, 'SUP000007X', fields);
    expect(await source.sync('vendor')).toMatchObject({ state: 'partial', error: null });
    expect((await source.stored('vendor')).size).toBe(25);
    expect(await quarantine(source)).toMatchObject([
      { remote_id: 'SUP000007X', code: 'mapping_failed', problems: [{ path }], is_open: true },
    ]);
    const before = await source.stream('vendor');
    expect(before.run_counts).toMatchObject({ created: 5, quarantined: 1 });
    await insert(source, 'SUP000007X', '"Status":"ACTIVE","Name":"x"');
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect((await source.stored('vendor')).has('SUP000007X')).toBe(true);
    expect(await quarantine(source)).toMatchObject([{ is_open: false }]);
  });

  it('S11 a field of 2 MB is stored like any other', async () => {
    const source = await open();
    await source.control('change', {
      resource: 'suppliers',
      ids: ['SUP000003'],
      fields: { Remarks: 'x'.repeat(2 ** 21) },
    });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('D7 a retry fetches quarantined records again: the good one is stored, the bad one stays, the gone one is closed', async () => {
    const source = await open();
    for (const id of ['SUP9A', 'SUP9B', 'SUP9C']) await insert(source, id, '"Name":"no status"');
    await source.sync('vendor');
    await insert(source, 'SUP9A', '"Name":"good","Status":"ACTIVE"');
    await source.control('delete', { resource: 'suppliers', ids: ['SUP9C'] });
    expect(await retry(source)).toMatchObject({ created: 1, quarantined: 1 });
    expect((await source.stored('vendor')).get('SUP9A')).toMatchObject({ data: { name: 'good' } });
    expect((await quarantine(source)).map(({ remote_id, is_open }) => [remote_id, is_open])).toEqual([
      ['SUP9A', false],
      ['SUP9B', true],
      ['SUP9C', false],
    ]);
  });

  it('a record that was good and is bad now keeps its last good form, alive, also through a whole scan', async () => {
    const source = await open();
    const before = (await source.stored('vendor')).get('SUP000003');
    await insert(source, 'SUP000003', '"Name":"no status"');
    expect(await source.sync('vendor', 'reconcile')).toMatchObject({ state: 'partial', error: null });
    expect((await source.stored('vendor')).get('SUP000003')).toEqual(before);
  });

  it('records whose ids cannot be read any more are quarantined and not tombstoned', async () => {
    const source = await open();
    await source.control('insert', {
      resource: 'suppliers',
      id: 'SUP000003',
      raw: `{"Id":3,${stamps},"Name":"x","Status":"ACTIVE"}`,
    });
    expect(await source.sync('vendor', 'reconcile')).toMatchObject({ state: 'partial', error: null });
    expect((await source.stored('vendor')).get('SUP000003')).toMatchObject({ deleted_at: null });
    expect((await quarantine(source)).map(({ remote_id }) => remote_id)).toEqual([null]);
  });

  it('S16 new fields are kept in the raw form, missing ones are absent, unknown words are "other" with their own word', async () => {
    const source = await open();
    await insert(source, 'SUP9A', '"Status":"ON_PROBATION","Rating":{"Stars":5}');
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect((await source.stored('vendor')).get('SUP9A')).toMatchObject({
      data: { status: 'other', remote_status: 'ON_PROBATION', name: 'SUP9A' },
      raw: { Rating: { Stars: 5 } },
    });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S17 long numbers, small numbers, equal keys, NUL, lone surrogates and private-use characters come back as they were', async () => {
    const source = await open();
    const custom = String.raw`"u_id":12345678901234567890,"u_price":0.1,"u_tiny":1e-7,"u_text":"a\u0000b\ud800c\ue0000\\u0000"`;
    await insert(source, 'SUP9A', `"Status":"ACTIVE","Name":"first","Name":"N\\u0000L","CustomFields":{${custom}}`);
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect((await source.stored('vendor')).get('SUP9A')).toMatchObject({
      data: {
        name: 'N\u0000L',
        custom_fields: {
          u_id: '12345678901234567890',
          u_price: 0.1,
          u_tiny: 1e-7,
          u_text: 'a\u0000b\ud800c\ue0000\\u0000',
        },
      },
    });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S17 money and quantities are plain decimals, whatever they were written as', async () => {
    const source = await open({ erp: { only: 'materials' } });
    await source.control('insert', {
      resource: 'materials',
      id: 'MAT9A',
      raw: `{"Id":"MAT9A",${stamps},"Description":"x","Status":"ACTIVE","StandardPrice":1e-7,"Currency":"EUR",
        "UnitConversions":[{"FromUnit":"BOX","ToUnit":"EA","Numerator":12345678901234567890,"Denominator":"0.10"}]}`,
    });
    await source.sync('item');
    expect((await source.stored('item')).get('MAT9A')?.data).toMatchObject({
      standard_cost: { amount: '0.0000001', currency: 'EUR' },
      unit_conversions: [{ numerator: '12345678901234567890', denominator: '0.10' }],
    });
  });

  it('NUL in a record that cannot be read does not stop the page', async () => {
    const source = await open();
    await insert(source, 'SUP9A', String.raw`"Status":"ACTIVE","Name":"x","TaxNumbers":{"a\u0000":"\u0000"}`);
    expect(await source.sync('vendor')).toMatchObject({ state: 'partial' });
    expect(await quarantine(source)).toMatchObject([{ raw: { TaxNumbers: { 'a\u0000': '\u0000' } } }]);
  });

  it('a record that was made on a day that there is not is quarantined, and the page goes on', async () => {
    const source = await open();
    const made = '"Version":1,"CreatedAt":"2026-02-30T00:00:00.000000Z","ChangedAt":null';
    const raw = `{"Id":"SUP9A",${made},"Name":"x","Status":"ACTIVE"}`;
    await source.control('insert', { resource: 'suppliers', id: 'SUP9A', raw });
    await source.control('create', { resource: 'suppliers', count: 5 });
    expect(await source.sync('vendor')).toMatchObject({ state: 'partial', error: null });
    expect((await source.stored('vendor')).size).toBe(25);
    expect(await quarantine(source)).toMatchObject([{ remote_id: 'SUP9A', code: 'mapping_failed' }]);
  });

  it('a page of broken JSON fails the run and stores nothing of it; smaller pages store the rest', async () => {
    const source = await open({ settings: { page_size: 10 } });
    await source.control('insert', { resource: 'suppliers', id: 'SUP000015X', raw: '{"Id":"SUP000015X",' });
    const { watermark } = await source.stream('vendor');
    expect(await source.sync('vendor', 'full')).toMatchObject({ state: 'failed', error: { code: 'bad_response' } });
    expect(await source.stream('vendor')).toMatchObject({ watermark });
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000015X'] });
    expect(await source.sync('vendor', 'full')).toMatchObject({ state: 'completed' });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('a page over answer_bytes_max fails the run with advice, and nothing of it is stored', async () => {
    const source = await open({ settings: { answer_bytes_max: 16_384 }, erp: { records: 500 } });
    expect(await source.stream('vendor')).toMatchObject({ run_state: 'completed' });
    await source.control('change', {
      resource: 'suppliers',
      ids: ['SUP000003'],
      fields: { Remarks: 'x'.repeat(20_000) },
    });
    const request = await source.sync('vendor');
    expect(request).toMatchObject({ state: 'failed', error: { code: 'bad_response' } });
    expect(request.error?.message).toContain('answer_bytes_max');
  });
});
