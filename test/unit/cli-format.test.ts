import { describe, expect, it } from 'vitest';
import { colorsFor } from '../../client/cli/colors.ts';
import { parseDuration } from '../../client/cli/duration.ts';
import { formatCounts, formatDuration, formatWhen } from '../../client/cli/format.ts';
import { renderTable } from '../../client/cli/table.ts';

const plain = colorsFor({ isTTY: true }, { NO_COLOR: '1' });
const coloured = colorsFor({ isTTY: true }, {});

describe('what a person reads', () => {
  it.each([
    [0, '0 ms'],
    [840, '840 ms'],
    [12_400, '12.4 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [4 * 86_400_000, '4 d'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('says whether an instant is past or to come', () => {
    const nowMs = Date.UTC(2026, 0, 1, 12);
    expect(formatWhen('2026-01-01T11:59:30.000000Z', nowMs)).toBe('30.0 s ago');
    expect(formatWhen('2026-01-01T12:15:00.000000Z', nowMs)).toBe('in 15 min');
    expect(formatWhen(null, nowMs)).toBe('');
  });

  it('leaves out counts that are zero', () => {
    expect(formatCounts({ read: 1_200, created: 0, raw_only: 3, quarantined: 1 })).toBe('1,200 read, 1 quarantined');
  });

  it('takes durations with a unit and refuses others', () => {
    expect(['90s', '15m', '6h', '1d'].map(parseDuration)).toEqual([90_000, 900_000, 21_600_000, 86_400_000]);
    for (const text of ['', '15', '0m', '1.5h', '5 weeks']) {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
  });
});

describe('a table', () => {
  it('has no colours under NO_COLOR or off a terminal', () => {
    const rows = [['vendor', { text: 'failed', style: 'bad' as const }, 1_200]];
    const head = ['entity', 'status', 'records'];
    expect(renderTable(plain, head, rows)).toBe('entity  status  records\nvendor  failed    1,200');
    expect(renderTable(colorsFor({ isTTY: false }, {}), head, rows)).not.toContain('\u001b');
    expect(renderTable(coloured, head, rows)).toContain('\u001b[31mfailed');
  });

  it('shows no control characters of a remote system', () => {
    const text = renderTable(plain, ['name'], [['bolt\u001b[2J\u0007'], [{ text: 'a\u009bb', style: 'dim' }]]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
