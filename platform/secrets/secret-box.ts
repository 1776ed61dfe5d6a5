import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { FlowsError } from '../../model/errors/flows-error.ts';

/**
 * Encrypts secrets for rest. Each value has a key of its own, which is wrapped by the master key; both use AES-256-GCM.
 * `owner` is bound in, so that a sealed value moved to another row does not open.
 */
export interface SecretBox {
  seal(secret: object, owner: string): SealedSecret;
  /** Throws `configuration_invalid` when the master key or the owner is not the one that sealed it. */
  open(sealed: SealedSecret, owner: string): object;
}

/** All base64. `keyId` names the master key. */
export type SealedSecret = {
  v: 1;
  keyId: string;
  iv: string;
  tag: string;
  text: string;
  key: string;
  keyIv: string;
  keyTag: string;
};

const keyBytes = 32;
const ivBytes = 12;

/** A box under a master key: 32 bytes as base64. */
export function createSecretBox(masterKey: string): SecretBox {
  const master = Buffer.from(masterKey, 'base64');
  if (master.length !== keyBytes) {
    throw new FlowsError(
      'configuration_invalid',
      `The master key must be ${keyBytes} bytes as base64. Make one with: openssl rand -base64 32`,
    );
  }
  const keyId = 'master-1';
  return {
    seal(secret, owner) {
      const key = randomBytes(keyBytes);
      const sealed = encrypt(key, Buffer.from(JSON.stringify(secret)), owner);
      const wrapped = encrypt(master, key, `${keyId}|${owner}`);
      return {
        v: 1,
        keyId,
        iv: sealed.iv,
        tag: sealed.tag,
        text: sealed.text,
        key: wrapped.text,
        keyIv: wrapped.iv,
        keyTag: wrapped.tag,
      };
    },
    open(sealed, owner) {
      try {
        const key = decrypt(
          master,
          { iv: sealed.keyIv, tag: sealed.keyTag, text: sealed.key },
          `${sealed.keyId}|${owner}`,
        );
        return JSON.parse(decrypt(key, sealed, owner).toString('utf8')) as object;
      } catch (error) {
        throw new FlowsError(
          'configuration_invalid',
          `The credentials of ${owner} do not open: they were sealed with another master key. Start with the FLOWS_MASTER_KEY that was in use then.`,
          { cause: error },
        );
      }
    },
  };
}

/** A new master key, as base64. */
export function newMasterKey(): string {
  return randomBytes(keyBytes).toString('base64');
}

interface Encrypted {
  readonly iv: string;
  readonly tag: string;
  readonly text: string;
}

function encrypt(key: Buffer, plain: Buffer, owner: string): Encrypted {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(owner));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv: iv.toString('base64'), tag: cipher.getAuthTag().toString('base64'), text: text.toString('base64') };
}

function decrypt(key: Buffer, { iv, tag, text }: Encrypted, owner: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'));
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(text, 'base64')), decipher.final()]);
}
