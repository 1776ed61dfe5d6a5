import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { z } from 'zod';

import type { FindOptions, InstallWay } from './install-binary.ts';
import { runCommand } from './run-command.ts';

export interface DownloadOptions extends FindOptions {
  readonly artifact: 'cli' | 'temporal-test-server';
  /** A release, or `default` for the one that Temporal's SDKs of today take. */
  readonly version: string;
  readonly origin?: string;
}

const infoTimeoutMs = 10_000;
const archiveTimeoutMs = 5 * 60_000;
const extractTimeoutMs = 60_000;

/** Where an archive is and which file in it is the program, as Temporal's download service answers its SDKs. */
const downloadInfo = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/** The download that Temporal's SDKs make too. A host out of reach costs at most 10 s. */
export function temporalDownload(options: DownloadOptions): InstallWay {
  return {
    name: 'download from temporal.download',
    install: async (folder) => {
      const { archiveUrl, fileToExtract } = downloadInfo.parse(await (await get(infoUrl(options), options)).json());
      const archive = join(folder, 'archive.tar.gz');
      const { body } = await get(archiveUrl, { ...options, timeoutMs: archiveTimeoutMs });
      if (!body) throw new Error(`GET ${archiveUrl} answered without a body`);
      await pipeline(Readable.fromWeb(body), createWriteStream(archive));
      await runCommand('tar', {
        args: ['-xzf', archive, '-C', folder, fileToExtract],
        env: options.environment,
        timeoutMs: extractTimeoutMs,
        signal: options.signal,
      });
      return join(folder, fileToExtract);
    },
  };
}

function infoUrl({ artifact, version, origin = 'https://temporal.download' }: DownloadOptions): string {
  const url = new URL(`/${artifact}/${version}`, origin);
  url.searchParams.set('platform', process.platform);
  url.searchParams.set('arch', process.arch === 'x64' ? 'amd64' : process.arch);
  url.searchParams.set('format', 'tar.gz');
  return url.href;
}

async function get(url: string, options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number }) {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? infoTimeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
    throw new Error(`GET ${url} failed: ${reason}`, { cause });
  }
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  return response;
}
