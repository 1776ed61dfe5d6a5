import type { PageRequest, RemotePage, Session } from '../../connectors/connector.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { Json } from '../../model/json.ts';

export interface ReadOptions {
  readonly session: Pick<Session, 'readPage'>;
  readonly request: Omit<PageRequest, 'checkpoint'>;
  readonly checkpoint: Json | null;
  /** Gives the number of a request that is about to be sent. */
  readonly nextFetchNumber: () => Promise<number>;
  /** The bound of this pass; reaching it is an error, since no source has so many pages. */
  readonly pagesMax?: number;
  readonly now: () => number;
}

export interface FetchedPage extends RemotePage {
  readonly fetchNumber: number;
  /** From the request to the answer. */
  readonly busyMs: number;
}

const pagesMaxDefault = 1_000_000;

/** The pages from a checkpoint on. The next page is asked for while this one is worked on; leaving early abandons it. */
export async function* readPages(options: ReadOptions): AsyncGenerator<FetchedPage, void, void> {
  const abandon = new AbortController();
  const signal = AbortSignal.any([options.request.signal, abandon.signal]);
  const fetchPage = (checkpoint: Json | null) => {
    const page = fetchOne({ ...options, signal }, checkpoint);
    // Handled where it is awaited; a page that nobody waits for any more may fail silently.
    page.catch(() => undefined);
    return page;
  };
  try {
    let checkpoint = options.checkpoint;
    let pending: Promise<FetchedPage> | null = fetchPage(checkpoint);
    for (let pages = 0; pending !== null; pages++) {
      if (pages === (options.pagesMax ?? pagesMaxDefault))
        throw new FlowsError('bad_response', `The source gave ${pages} pages and no end.`);
      const page: FetchedPage = await pending;
      refuseStandstill(checkpoint, page);
      checkpoint = page.next;
      pending = checkpoint === null ? null : fetchPage(checkpoint);
      yield page;
    }
  } finally {
    abandon.abort();
  }
}

async function fetchOne(options: ReadOptions & { signal: AbortSignal }, checkpoint: Json | null): Promise<FetchedPage> {
  const fetchNumber = await options.nextFetchNumber();
  const startedMs = options.now();
  const page = await options.session.readPage({ ...options.request, checkpoint, signal: options.signal });
  return { ...page, fetchNumber, busyMs: options.now() - startedMs };
}

function refuseStandstill(checkpoint: Json | null, page: RemotePage): void {
  if (page.next !== null && checkpoint !== null && JSON.stringify(page.next) === JSON.stringify(checkpoint)) {
    throw new FlowsError('bad_response', 'The source gave a page that points at itself: the pass would never end.');
  }
}
