import type { Json, JsonObject } from '../../model/json.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to the address in the settings, with or without a leading slash; may bring a query of its own. */
  readonly path: string;
  /** Added to the path's own query, percent-encoded; what is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON with its content type. */
  readonly body?: string | JsonObject | Json[];
  readonly signal: AbortSignal;
}

/** A whole answer of any status, its encoding undone. */
export interface HttpAnswer {
  /** What was asked, for messages: method and address without query, e.g. `GET https://erp.example.com/orders`. */
  readonly request: string;
  readonly status: number;
  /** Names in lower case; equal names are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without a byte order mark. */
  readonly text: string;
  /** Decoded size. */
  readonly bytes: number;
  /** Our clock when the answer was complete. */
  readonly receivedAtMs: number;
  /** The body by `parseJson`: numbers that a double would change are texts. Throws `bad_response`. */
  json(): Json;
}
