import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from './http-answer.ts';
import { type Micros, microsPerSecond, stampOf } from './stamps.ts';

export type UserName = 'demo' | 'limited';

/** Logged-in users and the lock against guessed passwords. */
export interface Sessions {
  /** Opens a session; refuses wrong credentials, and every try after five wrong ones in a minute. */
  login(user: string, password: string): { Token: string; User: string; ExpiresAt: string; ExpiresInSeconds: number };
  /** The user behind an `authorization` header; refuses missing, unknown and expired ones. */
  authenticate(header: string | undefined): UserName;
  logout(header: string | undefined): void;
  /** Ends all sessions; their tokens then count as expired. Returns how many there were. */
  dropAll(): number;
  count(): number;
}

const maxSessions = 1000;
const maxWrongTries = 5;
const maxTriedNames = 1000;
const tryWindow = 60 * microsPerSecond;

interface Session {
  readonly user: UserName;
  readonly expiresAt: Micros;
}

/** Creates the session store; `ttlMs` and `passwords` are asked anew each time, so settings apply at once. */
export function createSessions(options: {
  now: () => Micros;
  ttlMs: () => number;
  passwords: () => Readonly<Record<UserName, string>>;
}): Sessions {
  const sessions = new Map<string, Session>();
  const wrongTries = createWrongTries(options.now);
  const find = (header: string | undefined): Session => {
    const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw unauthorized('session_missing', 'Log in first: POST /login.');
    const session = sessions.get(token);
    if (session === undefined) throw unauthorized('session_unknown', 'This session does not exist.');
    if (session.expiresAt <= options.now())
      throw unauthorized('session_expired', 'The session has ended; log in again.');
    return session;
  };
  return {
    login(user, password) {
      wrongTries.refuseLocked(user);
      const known = Object.entries(options.passwords()).find(([name]) => name === user);
      if (known === undefined || !sameText(known[1], password)) {
        wrongTries.add(user);
        throw unauthorized('bad_credentials', 'User or password is wrong.');
      }
      const ttlMs = options.ttlMs();
      const expiresAt = options.now() + ttlMs * 1000;
      const token = `s_${randomBytes(18).toString('base64url')}`;
      sessions.set(token, { user: known[0] as UserName, expiresAt });
      dropOldest(sessions, maxSessions);
      return { Token: token, User: user, ExpiresAt: stampOf(expiresAt), ExpiresInSeconds: Math.floor(ttlMs / 1000) };
    },
    authenticate: (header) => find(header).user,
    logout(header) {
      find(header);
      sessions.delete((header ?? '').replace(/^Bearer /i, ''));
    },
    dropAll() {
      const open = [...sessions].filter(([, session]) => session.expiresAt > options.now());
      for (const [token, session] of open) sessions.set(token, { ...session, expiresAt: 0 });
      return open.length;
    },
    count: () => [...sessions.values()].filter((session) => session.expiresAt > options.now()).length,
  };
}

function createWrongTries(now: () => Micros): { refuseLocked(user: string): void; add(user: string): void } {
  const tries = new Map<string, Micros[]>();
  const recent = (user: string): Micros[] => (tries.get(user) ?? []).filter((at) => at > now() - tryWindow);
  return {
    refuseLocked(user) {
      const times = recent(user);
      const oldest = times[0];
      if (oldest === undefined || times.length < maxWrongTries) return;
      const seconds = Math.max(1, Math.ceil((oldest + tryWindow - now()) / microsPerSecond));
      throw new Refusal(429, {
        code: 'too_many_logins',
        message: `${maxWrongTries} wrong tries in a minute; wait ${seconds} s.`,
        headers: { 'retry-after': String(seconds) },
      });
    },
    add(user) {
      tries.set(user, [...recent(user), now()]);
      dropOldest(tries, maxTriedNames);
    },
  };
}

function unauthorized(code: string, message: string): Refusal {
  return new Refusal(401, { code, message, headers: { 'www-authenticate': 'Bearer' } });
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

/** Compares secrets in constant time, whatever their lengths. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
