import { describe, expect, it } from 'vitest';
import { type FetchedPage, type ReadOptions, readPages } from '../../activities/sync/read-pages.ts';
import type { PageRequest, RemotePage } from '../../connectors/connector.ts';
import type { Json } from '../../model/json.ts';

type Answer = (page: number, request: PageRequest) => Promise<RemotePage>;

/** A source whose checkpoints are the numbers of its pages, from 0 on. */
function sourceOf(answer: Answer) {
  const asked: number[] = [];
  const readPage = (request: PageRequest) => {
    const page = Number(request.checkpoint ?? 0);
    asked.push(page);
    return answer(page, request);
  };
  return { asked, readPage };
}

/** Pages with their own number as the only item, the last one being `last`. */
function pagesTo(last: number): Answer {
  return (page) => Promise.resolve({ items: [page], next: page === last ? null : page + 1, bytes: 1 });
}

function read(session: ReadOptions['session'], more: Partial<ReadOptions> = {}) {
  let fetchNumber = 0;
  return readPages({
    session,
    request: {
      entity: 'vendor',
      selection: { kind: 'snapshot', documentsFrom: null },
      pageSize: 1,
      signal: new AbortController().signal,
    },
    checkpoint: null,
    nextFetchNumber: () => Promise.resolve(++fetchNumber),
    now: () => 0,
    ...more,
  });
}

async function collect(pages: AsyncIterable<FetchedPage>): Promise<Json[]> {
  const items: Json[] = [];
  for await (const page of pages) items.push(...page.items);
  return items;
}

describe('readPages', () => {
  it('gives every page once, in order, until the source says that there is no next', async () => {
    const { readPage, asked } = sourceOf(pagesTo(4));
    expect(await collect(read({ readPage }))).toEqual([0, 1, 2, 3, 4]);
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  it('starts at a checkpoint', async () => {
    expect(await collect(read(sourceOf(pagesTo(4)), { checkpoint: 3 }))).toEqual([3, 4]);
  });

  it('asks for the next page before the one in hand is done with, and for no more', async () => {
    const { readPage, asked } = sourceOf(pagesTo(4));
    const pages = read({ readPage });
    await pages.next();
    expect(asked).toEqual([0, 1]);
    await pages.return();
  });

  it('takes the number of a request before it is sent', async () => {
    const order: string[] = [];
    const { readPage } = sourceOf(async (page) => {
      order.push(`sent ${page}`);
      return { items: [], next: page === 1 ? null : 1, bytes: 0 };
    });
    const nextFetchNumber = async () => order.push('numbered');
    const numbers: number[] = [];
    for await (const page of read({ readPage }, { nextFetchNumber })) numbers.push(page.fetchNumber);
    expect(order).toEqual(['numbered', 'sent 0', 'numbered', 'sent 1']);
    expect(numbers).toEqual([1, 3]);
  });

  it('abandons the page under way when it is left early', async () => {
    const aborted: boolean[] = [];
    const { readPage } = sourceOf((page, { signal }) => {
      if (page === 0) return Promise.resolve({ items: [0], next: 1, bytes: 0 });
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(true);
          reject(new Error('aborted'));
        });
      });
    });
    const pages = read({ readPage });
    await pages.next();
    await pages.return();
    expect(aborted).toEqual([true]);
  });

  it('fails where the source fails, after the pages before it', async () => {
    const source = sourceOf((page, request) =>
      page === 2 ? Promise.reject(new Error('down')) : pagesTo(4)(page, request),
    );
    const items: Json[] = [];
    const reading = (async () => {
      for await (const page of read(source)) items.push(...page.items);
    })();
    await expect(reading).rejects.toThrow('down');
    expect(items).toEqual([0, 1]);
  });

  it('refuses a page that points at itself', async () => {
    const { readPage } = sourceOf((page) => Promise.resolve({ items: [], next: Math.min(page + 1, 2), bytes: 0 }));
    await expect(collect(read({ readPage }))).rejects.toMatchObject({ code: 'bad_response' });
  });

  it('gives up on a source without an end', async () => {
    const { readPage } = sourceOf(pagesTo(Number.POSITIVE_INFINITY));
    await expect(collect(read({ readPage }, { pagesMax: 5 }))).rejects.toMatchObject({ code: 'bad_response' });
  });
});
