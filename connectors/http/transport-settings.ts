import { z } from 'zod';

/** Settings that every connection over HTTP has; a connector's own settings extend them. Times are in milliseconds. */
export const transportSettings = z.strictObject({
  /** Base address of the system, e.g. `https://erp.example.com`. No user name or password in it. */
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !new URL(text).username, 'must not hold a user name or password'),
  connect_timeout_ms: z.number().int().min(100).max(60_000).default(5_000),
  first_byte_timeout_ms: z.number().int().min(100).max(600_000).default(30_000),
  /** For one whole answer. */
  answer_timeout_ms: z.number().int().min(100).max(900_000).default(120_000),
  /** Largest decoded answer; a bigger one is refused with `bad_response`. */
  answer_bytes_max: z.number().int().min(1_024).max(1_073_741_824).default(33_554_432),
  /** PEM of a private certificate authority that signs the system's certificate. */
  tls_ca_pem: z.string().optional(),
  /** Host name to check the certificate against, where it differs from the address. */
  tls_server_name: z.string().optional(),
  /** An HTTP proxy to go through, e.g. `http://proxy.example.com:3128`. */
  proxy_url: z.url({ protocol: /^https?$/ }).optional(),
  /** Records per page; the connector's own limit still holds. */
  page_size: z.number().int().min(1).max(10_000).optional(),
});
export type TransportSettings = z.infer<typeof transportSettings>;
