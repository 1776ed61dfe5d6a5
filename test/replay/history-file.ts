import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
export type History = proto.temporal.api.history.v1.IHistory;

/**
 * A history as JSON: names for enums, texts for 64-bit numbers, base64 for bytes. Without stack traces, which hold the
 * paths of the machine that recorded. (The SDK's own `historyToJSON` throws where npm installs protobufjs twice.)
 */
export function toHistoryText(history: History): string {
  const json = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  return `${JSON.stringify(json, (key, value: unknown) => (key === 'stackTrace' ? undefined : value))}\n`;
}

/** The history in a text that `toHistoryText` wrote. */
export function parseHistory(text: string): History {
  return History.fromObject(JSON.parse(text) as { [key: string]: unknown });
}
