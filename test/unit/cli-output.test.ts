import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../client/cli/exit-codes.ts';
import { createOutput } from '../../client/cli/output.ts';
import { createProgress } from '../../client/cli/progress.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { outputStream } from '../support/output-stream.ts';

function newOutput(isJson: boolean) {
  const streams = { stdout: outputStream(), stderr: outputStream() };
  return { ...streams, output: createOutput(streams, { isJson, environment: {} }) };
}

const error = new FlowsError('validation_failed', 'It was not made.', {
  problems: [
    { path: '/settings/url', message: 'is missing' },
    { path: '/credentials/password', message: 'is missing' },
  ],
});

describe('the answer of a command', () => {
  it('is one JSON document on standard output with --json, and notes stay off it', () => {
    const { stdout, stderr, output } = newOutput(true);
    output.note('Connecting …');
    output.result({ records: [1] }, () => 'a table');
    expect(JSON.parse(stdout.text())).toEqual({ records: [1] });
    expect(stderr.text()).toBe('Connecting …\n');
  });

  it('is text for a person otherwise', () => {
    const { stdout, output } = newOutput(false);
    output.result({ records: [1] }, () => 'a table');
    expect(stdout.text()).toBe('a table\n');
  });

  it('names code, message and every problem of an error', () => {
    const { stdout, stderr, output } = newOutput(false);
    output.error(error);
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toBe(
      'error (validation_failed): It was not made.\n  /settings/url: is missing\n  /credentials/password: is missing\n',
    );
  });

  it('holds the error as JSON with --json', () => {
    const { stdout, output } = newOutput(true);
    output.error(error);
    expect(JSON.parse(stdout.text())).toMatchObject({ error: { code: 'validation_failed', problems: error.problems } });
  });

  it('says what the remote system said', () => {
    const { stderr, output } = newOutput(false);
    output.error(
      new FlowsError('system_error', 'Reading failed.', {
        upstream: { status: 500, code: 'E1', message: 'oh\u001bno' },
      }),
    );
    expect(stderr.text()).toContain('the system said: HTTP 500 E1 oh\ufffdno');
  });
});

describe('the exit code', () => {
  it.each([
    ['internal', 1],
    ['invalid_state', 1],
    ['invalid_request', 2],
    ['validation_failed', 2],
    ['configuration_invalid', 2],
    ['authentication_failed', 3],
    ['not_found', 4],
    ['rate_limited', 75],
    ['store_unavailable', 75],
    ['engine_unavailable', 75],
    ['system_unreachable', 75],
  ] as const)('for %s is %i', (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });
});

describe('progress', () => {
  const line = (text: string, state = 'running') => [{ name: 'vendor', state, text }];

  it('is written anew off a terminal when the state changes, or now and then', () => {
    const stream = outputStream();
    let nowMs = 0;
    const progress = createProgress(stream, () => nowMs);
    progress.update(line('1 read'));
    progress.update(line('2 read'));
    nowMs = 20_000;
    progress.update(line('3 read'));
    progress.update(line('3 read', 'completed'));
    expect(stream.text()).toBe('vendor  running     1 read\nvendor  running     3 read\nvendor  completed   3 read\n');
  });

  it('is rewritten in place on a terminal', () => {
    const stream = outputStream({ isTTY: true });
    const progress = createProgress(stream, () => 0);
    progress.update(line('1 read'));
    progress.update(line('2 read'));
    expect(stream.text()).toContain('\u001b[1A\u001b[2Kvendor  running     2 read\n');
  });
});
